package dev.firn.api.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.download.FileView;
import dev.firn.api.run.StageView.ArtifactView;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelAlias;
import dev.firn.registry.model.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Models as clients see them. */
public final class ModelViews {
    private ModelViews() {}

    /**
     * A model.
     *
     * @param versions how many there are
     * @param latestVersion the newest one's number
     */
    public record ModelView(String name, int versions, int latestVersion, Instant createdAt, List<AliasView> aliases) {
        public ModelView {
            requireNonNull(name, "name is null");
            aliases = List.copyOf(aliases);
        }

        /** The view of a row. */
        public static ModelView of(Model model) {
            return new ModelView(
                    model.name(),
                    model.latestVersion(),
                    model.latestVersion(),
                    model.createdAt(),
                    model.aliases().stream().map(AliasView::of).toList());
        }
    }

    /** A model with a page of its versions, newest first. */
    public record ModelWithVersions(
            String name,
            int versions,
            int latestVersion,
            Instant createdAt,
            List<AliasView> aliases,
            List<VersionView> items,
            String nextCursor) {
        public ModelWithVersions {
            aliases = List.copyOf(aliases);
            items = List.copyOf(items);
        }
    }

    /**
     * A name for a version that may move.
     *
     * @param revision grows with each move
     */
    public record AliasView(String alias, int version, long revision) {
        /** The view of a row. */
        public static AliasView of(ModelAlias alias) {
            return new AliasView(alias.alias(), alias.version(), alias.revision());
        }
    }

    /**
     * A version of a model.
     *
     * @param runId the run that made it; null for one from outside
     * @param dimension the width of its vectors
     * @param files the files of its folder; only where one version was asked for
     */
    public record VersionView(
            String name,
            int version,
            UUID runId,
            Instant createdAt,
            ArtifactView artifact,
            int dimension,
            JsonNode metrics,
            List<String> aliases,
            @JsonInclude(JsonInclude.Include.NON_NULL) List<FileView> files) {
        public VersionView {
            requireNonNull(name, "name is null");
            requireNonNull(artifact, "artifact is null");
            aliases = List.copyOf(aliases);
            files = files == null ? null : List.copyOf(files);
        }

        /** The view of a row without files. */
        public static VersionView of(ModelVersion version) {
            return of(version, null);
        }

        static VersionView of(ModelVersion version, List<FileView> files) {
            return new VersionView(
                    version.model(),
                    version.version(),
                    version.runId().orElse(null),
                    version.createdAt(),
                    ArtifactView.of("model", version.artifact()),
                    version.dimension(),
                    version.metrics(),
                    version.aliases(),
                    files);
        }
    }
}
