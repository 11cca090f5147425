package dev.firn.api.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.download.FileView;
import dev.firn.api.run.StageView.ArtifactView;
import dev.firn.registry.model.AliasMove;
import dev.firn.registry.model.Model;
import dev.firn.registry.model.ModelAlias;
import dev.firn.registry.model.ModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Models as clients see them. */
public final class ModelViews {
    private ModelViews() {}

    /**
     * A model.
     *
     * @param versions how many there are
     * @param archivedVersions how many of them are archived
     * @param latestVersion the newest one's number
     */
    public record ModelView(
            String name,
            int versions,
            int archivedVersions,
            int latestVersion,
            Instant createdAt,
            List<AliasView> aliases) {
        public ModelView {
            requireNonNull(name, "name is null");
            aliases = List.copyOf(aliases);
        }

        /** The view of a row. */
        public static ModelView of(Model model) {
            return new ModelView(
                    model.name(),
                    model.latestVersion(),
                    model.archivedVersions(),
                    model.latestVersion(),
                    model.createdAt(),
                    model.aliases().stream().map(AliasView::of).toList());
        }
    }

    /** A model with a page of its versions, newest first. */
    public record ModelWithVersions(
            String name,
            int versions,
            int archivedVersions,
            int latestVersion,
            Instant createdAt,
            List<AliasView> aliases,
            List<VersionView> items,
            @Nullable String nextCursor) {
        public ModelWithVersions {
            aliases = List.copyOf(aliases);
            items = List.copyOf(items);
        }
    }

    /**
     * A name for a version that may move.
     *
     * @param revision grows with each move
     * @param guarded whether it is protected: it moves only when that is confirmed
     * @param movedBy who moved it last; null where nobody is known
     */
    public record AliasView(
            String alias,
            int version,
            long revision,
            @JsonProperty("protected") boolean guarded,
            Instant movedAt,
            @Nullable String movedBy) {
        /** The view of a row. */
        public static AliasView of(ModelAlias alias) {
            return new AliasView(
                    alias.alias(),
                    alias.version(),
                    alias.revision(),
                    alias.guarded(),
                    alias.movedAt(),
                    alias.movedBy().orElse(null));
        }
    }

    /**
     * A move of an alias.
     *
     * @param previousVersion where it pointed; null when it was new
     * @param version where it points since; null when it was removed
     * @param guarded whether it is protected since
     * @param reason why; null where nobody said
     * @param movedBy who moved it; null where nobody is known
     */
    public record MoveView(
            long revision,
            @Nullable Integer previousVersion,
            @Nullable Integer version,
            @JsonProperty("protected") boolean guarded,
            @Nullable String reason,
            @Nullable String movedBy,
            Instant movedAt) {
        /** The view of a row. */
        public static MoveView of(AliasMove move) {
            return new MoveView(
                    move.revision(),
                    number(move.previousVersion()),
                    number(move.version()),
                    move.guarded(),
                    move.reason().orElse(null),
                    move.movedBy().orElse(null),
                    move.movedAt());
        }

        private static Integer number(OptionalInt number) {
            return number.isPresent() ? number.getAsInt() : null;
        }
    }

    /**
     * A version of a model.
     *
     * @param runId the run that made it; null for one from outside
     * @param dimension the width of its vectors
     * @param archivedAt when it was laid aside; null when it was not
     * @param tags what people say of it: values by tag; a value may be empty
     * @param files the files of its folder; only where one version was asked for
     */
    public record VersionView(
            String name,
            int version,
            @Nullable UUID runId,
            Instant createdAt,
            ArtifactView artifact,
            int dimension,
            JsonNode metrics,
            @Nullable Instant archivedAt,
            List<String> aliases,
            Map<String, String> tags,
            @JsonInclude(JsonInclude.Include.NON_NULL) List<FileView> files) {
        public VersionView {
            requireNonNull(name, "name is null");
            requireNonNull(artifact, "artifact is null");
            aliases = List.copyOf(aliases);
            tags = new TreeMap<>(tags);
            files = files == null ? null : List.copyOf(files);
        }

        /** The view of a row without files. */
        public static VersionView of(ModelVersion version) {
            return of(version, null);
        }

        /** The view of a row with its files. */
        public static VersionView of(ModelVersion version, List<FileView> files) {
            return new VersionView(
                    version.model(),
                    version.version(),
                    version.runId().orElse(null),
                    version.createdAt(),
                    ArtifactView.of("model", version.artifact()),
                    version.dimension(),
                    version.metrics(),
                    version.archivedAt().orElse(null),
                    version.aliases(),
                    version.tags(),
                    files);
        }
    }
}
