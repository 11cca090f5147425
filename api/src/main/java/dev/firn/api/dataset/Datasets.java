package dev.firn.api.dataset;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.activities.importing.DatasetUpload;
import dev.firn.api.http.Names;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.artifact.ArtifactFile;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.lineage.RunUse;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.training.data.DatasetPreview;
import dev.firn.training.data.DatasetPreview.Row;
import dev.firn.training.data.DatasetSummary;
import dev.firn.training.data.EvaluationText;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds datasets and tells what is in them and what was made of them, for the REST interface and the page. */
@Singleton
public class Datasets {
    private static final Pattern REFERENCE = Pattern.compile("(" + Names.PATTERN + ")@([1-9][0-9]{0,8})");
    private static final int MOST_USES = 1_000;

    private final DatasetStore datasets;
    private final ArtifactStore artifacts;
    private final LineageStore lineage;
    private final ModelStore models;
    private final ObjectMapper json;

    public Datasets(
            DatasetStore datasets,
            ArtifactStore artifacts,
            LineageStore lineage,
            ModelStore models,
            ObjectMapper json) {
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.lineage = requireNonNull(lineage, "lineage is null");
        this.models = requireNonNull(models, "models is null");
        this.json = requireNonNull(json, "json is null");
    }

    /**
     * A run that read a dataset.
     *
     * @param stage the first stage that did
     * @param models what came of it, as name@version
     */
    public record UseView(UUID runId, String name, String state, String stage, List<String> models) {
        public UseView {
            models = List.copyOf(models);
        }
    }

    /**
     * The version of a dataset.
     *
     * @param reference name@version, or an id
     * @throws NotFoundException when there is none
     */
    public Dataset find(String reference) {
        Matcher matcher = REFERENCE.matcher(reference);
        Optional<Dataset> found = matcher.matches()
                ? datasets.find(matcher.group(1), Integer.parseInt(matcher.group(2)))
                : datasets.find(Names.identifier("dataset", reference));
        return found.orElseThrow(
                () -> new NotFoundException("There is no dataset '" + Names.shortened(reference) + "'"));
    }

    /** Whether it came as files of pairs, and not from a run. */
    public static boolean sent(Dataset dataset) {
        return dataset.artifact().kind().equals(DatasetUpload.KIND);
    }

    /** The sources of one that a run prepared, each of which can be looked into. */
    public List<String> sources(Dataset dataset) {
        return sent(dataset)
                ? List.of()
                : summary(dataset).sources().stream()
                        .map(DatasetSummary.SourceSummary::name)
                        .toList();
    }

    /**
     * The first pairs.
     *
     * @param source of one that a run prepared: which; its first when nothing is said
     * @throws NotFoundException when there is no such source
     */
    public List<Row> rows(Dataset dataset, Optional<String> source, int limit) throws IOException {
        DatasetPreview preview = preview(dataset);
        if (sent(dataset)) {
            return preview.pairs(dataset.name(), language(dataset), files(dataset), limit);
        }
        List<String> sources = sources(dataset);
        if (sources.isEmpty() || (source.isPresent() && !sources.contains(source.get()))) {
            throw new NotFoundException("The dataset " + dataset.name() + "@" + dataset.version() + " has no source"
                    + source.map(name -> " '" + Names.shortened(name) + "'").orElse(""));
        }
        return preview.prepared(summary(dataset), source.orElse(sources.getFirst()), limit);
    }

    /**
     * Some pairs of every part: of files, drawn from their first lines; of a dataset that a run prepared, the first of
     * each source.
     *
     * @param limit how many at most
     */
    public List<Row> sample(Dataset dataset, int limit) throws IOException {
        DatasetPreview preview = preview(dataset);
        if (sent(dataset)) {
            return preview.sample(dataset.name(), language(dataset), files(dataset), limit);
        }
        List<String> sources = sources(dataset);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            int share = (limit - rows.size()) / (sources.size() - i);
            if (share > 0) {
                rows.addAll(preview.prepared(summary(dataset), sources.get(i), share));
            }
        }
        return rows;
    }

    /** The evaluation sets of one that a run prepared. */
    public List<String> sets(Dataset dataset) {
        return sent(dataset)
                ? List.of()
                : summary(dataset).evaluations().stream()
                        .map(DatasetSummary.EvaluationSummary::name)
                        .toList();
    }

    /**
     * The first documents of an evaluation set.
     *
     * @throws NotFoundException when it has no such set
     */
    public List<EvaluationText> documents(Dataset dataset, String set, int limit) throws IOException {
        requireSet(dataset, set);
        return preview(dataset).documents(summary(dataset), set, limit);
    }

    /**
     * The first queries of an evaluation set.
     *
     * @throws NotFoundException when it has no such set
     */
    public List<EvaluationText> queries(Dataset dataset, String set, int limit) throws IOException {
        requireSet(dataset, set);
        return preview(dataset).queries(summary(dataset), set, limit);
    }

    /** How many documents an evaluation set has. */
    public long documentCount(Dataset dataset, String set) {
        return summary(dataset).evaluations().stream()
                .filter(each -> each.name().equals(set))
                .mapToLong(DatasetSummary.EvaluationSummary::documents)
                .sum();
    }

    private void requireSet(Dataset dataset, String set) {
        if (!sets(dataset).contains(set)) {
            throw new NotFoundException("The dataset " + dataset.name() + "@" + dataset.version()
                    + " has no evaluation set '" + Names.shortened(set) + "'");
        }
    }

    private DatasetPreview preview(Dataset dataset) {
        return new DatasetPreview(
                (file, offset, length) -> artifacts.openFile(dataset.artifact().digest(), file, offset, length));
    }

    private List<String> files(Dataset dataset) {
        return artifacts.listFiles(dataset.artifact().digest()).stream()
                .map(ArtifactFile::name)
                .sorted()
                .toList();
    }

    private static String language(Dataset dataset) {
        return dataset.summary().path("language").asText(null);
    }

    private DatasetSummary summary(Dataset dataset) {
        try {
            return json.treeToValue(dataset.summary(), DatasetSummary.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The summary of " + dataset.name() + "@" + dataset.version() + " is of another version", e);
        }
    }

    /** The runs that read it, the newest first, with the models that came of them; at most 1000. */
    public List<UseView> uses(Dataset dataset) {
        List<RunUse> uses = lineage.uses(dataset.artifact().digest(), MOST_USES);
        Map<UUID, List<ModelVersion>> made =
                models.ofRuns(uses.stream().map(RunUse::runId).toList());
        List<UseView> views = new ArrayList<>();
        for (RunUse use : uses) {
            views.add(new UseView(
                    use.runId(),
                    use.name(),
                    use.state(),
                    use.stage(),
                    made.getOrDefault(use.runId(), List.of()).stream()
                            .map(version -> version.model() + "@" + version.version())
                            .toList()));
        }
        return views;
    }
}
