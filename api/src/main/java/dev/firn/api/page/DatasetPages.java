package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.dataset.DatasetView;
import dev.firn.api.dataset.Datasets;
import dev.firn.api.dataset.Datasets.UseView;
import dev.firn.api.download.Downloads;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.training.data.DatasetPreview.Row;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages of datasets, and the form that sends one. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
@Blocking
public class DatasetPages {
    private static final int DATASETS = 50;
    private static final int ROWS = 20;
    private static final int MOST_COUNTS = 200;

    private final DatasetStore store;
    private final Datasets datasets;
    private final Downloads downloads;

    DatasetPages(DatasetStore store, Datasets datasets, Downloads downloads) {
        this.store = requireNonNull(store, "store is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.downloads = requireNonNull(downloads, "downloads is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance datasets(List<Listed> datasets, String more);

        static native TemplateInstance add();

        static native TemplateInstance dataset(Shown shown);
    }

    /** A dataset in the list. */
    record Listed(DatasetView dataset) {
        public String reference() {
            return dataset.name() + "@" + dataset.version();
        }

        public boolean sent() {
            return DatasetPages.sent(dataset);
        }

        public long pairs() {
            return DatasetPages.pairs(dataset);
        }

        public String languages() {
            List<String> languages = new ArrayList<>();
            if (sent()) {
                dataset.summary().path("languages").fieldNames().forEachRemaining(languages::add);
            } else {
                for (JsonNode source : dataset.summary().path("sources")) {
                    String language = source.path("language").asText();
                    if (!languages.contains(language)) {
                        languages.add(language);
                    }
                }
                languages.sort(Comparator.naturalOrder());
            }
            return languages.size() <= 8
                    ? String.join(", ", languages)
                    : String.join(", ", languages.subList(0, 8)) + " and " + (languages.size() - 8) + " more";
        }
    }

    /** A count with its share of the largest, for a bar. */
    record Count(String name, long count, double share) {}

    /** A row of a table with what was left out of it. */
    record SourceRow(String name, String language, long pairs, String dropped) {}

    /** An evaluation set. */
    record SetRow(String name, String languages, long queries, long documents) {}

    /** How long texts are. */
    record LengthRow(String range, long queries, double queryShare, long documents, double documentShare) {}

    /**
     * A dataset with all that the page shows.
     *
     * @param source the source whose first pairs are shown; null where they come from files
     */
    record Shown(
            DatasetView dataset,
            List<Count> languages,
            List<Count> sources,
            List<SourceRow> prepared,
            List<SetRow> sets,
            List<LengthRow> lengths,
            List<String> choices,
            String source,
            List<Row> rows,
            List<UseView> uses) {
        Shown {
            languages = List.copyOf(languages);
            sources = List.copyOf(sources);
            prepared = List.copyOf(prepared);
            sets = List.copyOf(sets);
            lengths = List.copyOf(lengths);
            choices = List.copyOf(choices);
            rows = List.copyOf(rows);
            uses = List.copyOf(uses);
        }

        public String reference() {
            return dataset.name() + "@" + dataset.version();
        }

        public boolean sent() {
            return DatasetPages.sent(dataset);
        }

        public long pairs() {
            return DatasetPages.pairs(dataset);
        }

        public long duplicates() {
            return dataset.summary().path("duplicates").asLong();
        }

        public long identical() {
            return dataset.summary().path("identical").asLong();
        }

        /** The mean length of a text and the longest, in characters. */
        public String typical(String texts) {
            JsonNode lengths = dataset.summary().path(texts);
            long count = sent() ? pairs() : lengths.path("texts").asLong();
            if (count == 0) {
                return "–";
            }
            String mean = Math.round((double) lengths.path("characters").asLong() / count) + " characters in the mean";
            return sent() ? mean + ", " + lengths.path("longest").asLong() + " at most" : mean;
        }

        public String tokens(String texts) {
            JsonNode lengths = dataset.summary().path(texts);
            long count = lengths.path("texts").asLong();
            return count == 0
                    ? "–"
                    : Math.round((double) lengths.path("tokens").asLong() / count) + " tokens in the mean, "
                            + lengths.path("longest").asLong() + " at most";
        }
    }

    private static boolean sent(DatasetView dataset) {
        return dataset.artifact().kind().equals("pairs");
    }

    private static long pairs(DatasetView dataset) {
        if (sent(dataset)) {
            return dataset.summary().path("pairs").asLong();
        }
        long pairs = 0;
        for (JsonNode source : dataset.summary().path("sources")) {
            pairs += source.path("pairs").asLong();
        }
        return pairs;
    }

    /** All datasets, the newest first. */
    @GET
    @Path("datasets")
    @Operation(hidden = true)
    public TemplateInstance datasets(@QueryParam("cursor") String cursor) {
        Page<Dataset> page =
                store.list(new PageRequest(DATASETS, Optional.ofNullable(cursor).filter(text -> !text.isEmpty())));
        return Templates.datasets(
                page.items().stream()
                        .map(dataset -> new Listed(DatasetView.of(dataset)))
                        .toList(),
                page.nextCursor().map(next -> "/datasets?cursor=" + next).orElse(null));
    }

    /** The form that sends one. */
    @GET
    @Path("datasets/new")
    @Operation(hidden = true)
    public TemplateInstance add() {
        return Templates.add();
    }

    /** A dataset. */
    @GET
    @Path("datasets/{dataset}")
    @Operation(hidden = true)
    public TemplateInstance dataset(@PathParam("dataset") String reference, @QueryParam("source") String source)
            throws IOException {
        Dataset dataset = datasets.find(reference);
        DatasetView view = DatasetView.of(dataset, downloads.files(dataset.artifact()));
        List<String> choices = datasets.sources(dataset);
        Optional<String> chosen = Optional.ofNullable(source)
                .filter(text -> !text.isEmpty())
                .or(() -> choices.stream().findFirst());
        return Templates.dataset(new Shown(
                view,
                counts(view.summary().path("languages")),
                counts(view.summary().path("sources")),
                prepared(view),
                sets(view),
                lengths(view),
                choices,
                chosen.orElse(null),
                datasets.rows(dataset, chosen.filter(name -> !choices.isEmpty()), ROWS),
                datasets.uses(dataset)));
    }

    /** The largest first. */
    private static List<Count> counts(JsonNode counts) {
        if (!counts.isObject()) {
            return List.of();
        }
        long most = 1;
        for (JsonNode count : counts) {
            most = Math.max(most, count.asLong());
        }
        List<Count> rows = new ArrayList<>();
        for (Map.Entry<String, JsonNode> count : counts.properties()) {
            rows.add(new Count(
                    count.getKey(),
                    count.getValue().asLong(),
                    (double) count.getValue().asLong() / most));
        }
        rows.sort(Comparator.comparingLong(Count::count).reversed().thenComparing(Count::name));
        return rows.subList(0, Math.min(rows.size(), MOST_COUNTS));
    }

    private static List<SourceRow> prepared(DatasetView dataset) {
        List<SourceRow> rows = new ArrayList<>();
        if (!sent(dataset)) {
            for (JsonNode source : dataset.summary().path("sources")) {
                List<String> dropped = new ArrayList<>();
                source.path("dropped")
                        .properties()
                        .forEach(reason ->
                                dropped.add(Format.grouped(reason.getValue().asLong()) + " " + words(reason.getKey())));
                rows.add(new SourceRow(
                        source.path("name").asText(),
                        source.path("language").asText(),
                        source.path("pairs").asLong(),
                        String.join(", ", dropped)));
            }
        }
        return rows;
    }

    /** Why pairs were left out, in words. */
    private static String words(String reason) {
        return switch (reason) {
            case "evaluationText" -> "with a text of an evaluation";
            case "identical" -> "of a text with itself";
            case "duplicate" -> "there before";
            default -> reason;
        };
    }

    private static List<SetRow> sets(DatasetView dataset) {
        List<SetRow> rows = new ArrayList<>();
        for (JsonNode set : dataset.summary().path("evaluations")) {
            String query = set.path("queryLanguage").asText();
            String document = set.path("documentLanguage").asText();
            rows.add(new SetRow(
                    set.path("name").asText(),
                    query.equals(document) ? query : query + " → " + document,
                    set.path("queries").asLong(),
                    set.path("documents").asLong()));
        }
        return rows;
    }

    private static List<LengthRow> lengths(DatasetView dataset) {
        Map<Long, Long> queries = histogram(dataset.summary().at("/queries/histogram"));
        Map<Long, Long> documents = histogram(dataset.summary().at("/documents/histogram"));
        TreeMap<Long, Long> all = new TreeMap<>(queries);
        all.putAll(documents);
        long mostQueries =
                queries.values().stream().mapToLong(Long::longValue).max().orElse(1);
        long mostDocuments =
                documents.values().stream().mapToLong(Long::longValue).max().orElse(1);
        List<LengthRow> rows = new ArrayList<>();
        for (long upTo : all.keySet()) {
            long query = queries.getOrDefault(upTo, 0L);
            long document = documents.getOrDefault(upTo, 0L);
            rows.add(new LengthRow(
                    all.firstKey() == upTo ? "up to " + upTo : (upTo / 2 + 1) + " to " + upTo,
                    query,
                    (double) query / Math.max(1, mostQueries),
                    document,
                    (double) document / Math.max(1, mostDocuments)));
        }
        return rows;
    }

    private static Map<Long, Long> histogram(JsonNode buckets) {
        Map<Long, Long> counts = new TreeMap<>();
        for (JsonNode bucket : buckets) {
            counts.put(bucket.path("upTo").asLong(), bucket.path("texts").asLong());
        }
        return counts;
    }
}
