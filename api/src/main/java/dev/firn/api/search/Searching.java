package dev.firn.api.search;

import static java.util.Objects.requireNonNull;

import dev.firn.api.dataset.Datasets;
import dev.firn.api.embedding.LeasedCache;
import dev.firn.api.embedding.LoadedModels;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.model.ModelReferences;
import dev.firn.api.search.SearchRequest.Candidate;
import dev.firn.api.search.SearchView.Hit;
import dev.firn.api.search.SearchView.Result;
import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.model.ModelVersion;
import dev.firn.training.data.DatasetPreview.Row;
import dev.firn.training.data.EvaluationText;
import dev.firn.training.model.TextKind;
import dev.firn.training.model.Truncation;
import dev.firn.training.projection.PrincipalComponents;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Asks models, for the REST interface and the page. */
@Singleton
public class Searching {
    static final int MOST_MODELS = 4;
    static final int MOST_TEXTS = 1_000;
    static final int MOST_DOCUMENTS = 5_000;
    private static final int USUAL_HITS = 10;
    private static final int MOST_HITS = 100;
    private static final int USUAL_POINTS = 400;
    private static final int MOST_POINTS = 2_000;
    private static final int TEXTS_AT_ONCE = 256;

    private final ModelReferences models;
    private final LoadedModels loaded;
    private final Datasets datasets;
    private final LeasedCache<Searched, List<float[]>> vectors;

    public Searching(ModelReferences models, LoadedModels loaded, Datasets datasets, FirnConfiguration configuration) {
        this.models = requireNonNull(models, "models is null");
        this.loaded = requireNonNull(loaded, "loaded is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.vectors = new LeasedCache<>(configuration.searchMemory(), this::embedDocuments, left -> {});
    }

    /** An evaluation set as a model sees it. */
    private record Searched(ArtifactReference model, Dataset dataset, String set) {}

    /** Who is asked, found. */
    private record Asked(ModelVersion version, int dimension) {}

    /**
     * Ranks the documents for the query, by each model.
     *
     * @throws dev.firn.api.http.ProblemException 422 for a field that cannot be
     * @throws dev.firn.registry.NotFoundException when there is no such model, dataset or set
     */
    public SearchView search(SearchRequest request) throws IOException {
        if (request.query() == null || request.query().isBlank()) {
            throw RequestBodies.refused("/query", "must be a text");
        }
        int limit = within("/limit", request.limit(), USUAL_HITS, 1, MOST_HITS);
        List<Asked> asked = asked(request.models());
        List<EvaluationText> documents;
        long ofDocuments;
        Optional<Dataset> dataset = Optional.empty();
        if (request.texts() != null) {
            documents = texts(request);
            ofDocuments = documents.size();
        } else {
            if (request.dataset() == null || request.set() == null) {
                throw RequestBodies.refused("/texts", "texts, or dataset and set, must say what is searched in");
            }
            dataset = Optional.of(datasets.find(request.dataset()));
            documents = datasets.documents(dataset.get(), request.set(), MOST_DOCUMENTS);
            ofDocuments = datasets.documentCount(dataset.get(), request.set());
        }
        List<double[]> scores = new ArrayList<>();
        for (Asked each : asked) {
            scores.add(scores(each, request, documents, dataset));
        }
        return new SearchView(request.query(), documents.size(), ofDocuments, results(asked, documents, scores, limit));
    }

    private List<Asked> asked(List<Candidate> candidates) {
        if (candidates == null || candidates.isEmpty() || candidates.size() > MOST_MODELS) {
            throw RequestBodies.refused("/models", "must be 1 to " + MOST_MODELS + " models");
        }
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            String pointer = "/models/" + i;
            Candidate candidate = candidates.get(i);
            if (candidate == null) {
                throw RequestBodies.refused(pointer, "must be an object with a model");
            }
            asked.add(asked(pointer, candidate.model(), candidate.dimensions()));
        }
        return asked;
    }

    private Asked asked(String pointer, String model, Integer dimensions) {
        ModelVersion version = models.find(pointer + "/model", model);
        return new Asked(
                version, within(pointer + "/dimensions", dimensions, version.dimension(), 1, version.dimension()));
    }

    private static int within(String pointer, Integer number, int otherwise, int least, int most) {
        if (number == null) {
            return otherwise;
        }
        if (number < least || number > most) {
            throw RequestBodies.refused(pointer, "must be from " + least + " to " + most + ", is " + number);
        }
        return number;
    }

    private static List<EvaluationText> texts(SearchRequest request) {
        if (request.texts().isEmpty() || request.texts().size() > MOST_TEXTS) {
            throw RequestBodies.refused(
                    "/texts",
                    "must be 1 to " + MOST_TEXTS + " texts, are "
                            + request.texts().size());
        }
        List<EvaluationText> texts = new ArrayList<>();
        for (String text : request.texts()) {
            if (text == null || text.isBlank()) {
                throw RequestBodies.refused("/texts/" + texts.size(), "must be a text");
            }
            texts.add(new EvaluationText(Integer.toString(texts.size()), text));
        }
        return texts;
    }

    private double[] scores(
            Asked asked, SearchRequest request, List<EvaluationText> documents, Optional<Dataset> dataset) {
        ArtifactReference model = asked.version().artifact();
        float[] query = cut(
                loaded.embed(model, TextKind.QUERY, List.of(request.query()), 0)
                        .vectors()
                        .getFirst(),
                asked.dimension());
        if (dataset.isEmpty()) {
            return scores(
                    query,
                    embed(model, documents.stream().map(EvaluationText::text).toList()));
        }
        try (LeasedCache.Lease<List<float[]>> lease =
                vectors.lease(new Searched(model, dataset.get(), request.set()))) {
            return scores(query, lease.value());
        }
    }

    private static double[] scores(float[] query, List<float[]> documents) {
        return documents.stream()
                .mapToDouble(document -> {
                    float[] vector = cut(document, query.length);
                    double score = 0;
                    for (int i = 0; i < query.length; i++) {
                        score += (double) query[i] * vector[i];
                    }
                    return score;
                })
                .toArray();
    }

    private static float[] cut(float[] vector, int dimension) {
        return Truncation.truncate(vector, vector.length, dimension);
    }

    /** The vectors of texts at the model's width; others who ask the same model meanwhile come in between. */
    private List<float[]> embed(ArtifactReference model, List<String> texts) {
        List<float[]> all = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += TEXTS_AT_ONCE) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + TEXTS_AT_ONCE));
            all.addAll(loaded.embed(model, TextKind.DOCUMENT, some, 0).vectors());
        }
        return all;
    }

    private LeasedCache.Sized<List<float[]>> embedDocuments(Searched searched) {
        try {
            List<float[]> all = embed(
                    searched.model(),
                    datasets.documents(searched.dataset(), searched.set(), MOST_DOCUMENTS).stream()
                            .map(EvaluationText::text)
                            .toList());
            return new LeasedCache.Sized<>(
                    all,
                    all.stream()
                            .mapToLong(vector -> (long) vector.length * Float.BYTES)
                            .sum());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Result> results(
            List<Asked> asked, List<EvaluationText> documents, List<double[]> scores, int limit) {
        List<int[]> orders = scores.stream().map(Searching::order).toList();
        List<int[]> ranks = orders.stream().map(Searching::ranks).toList();
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            int result = i;
            List<Hit> hits = Arrays.stream(orders.get(i))
                    .limit(limit)
                    .mapToObj(document -> new Hit(
                            ranks.get(result)[document],
                            documents.get(document).id(),
                            documents.get(document).text(),
                            scores.get(result)[document],
                            ranks.stream().map(rank -> rank[document]).toList()))
                    .toList();
            ModelVersion version = asked.get(i).version();
            results.add(
                    new Result(version.model(), version.version(), asked.get(i).dimension(), hits));
        }
        return results;
    }

    /** The documents by falling score; of equal ones the earlier first. */
    private static int[] order(double[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer document) -> -scores[document])
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int[] ranks(int[] order) {
        int[] ranks = new int[order.length];
        for (int rank = 0; rank < order.length; rank++) {
            ranks[order[rank]] = rank + 1;
        }
        return ranks;
    }

    /**
     * Draws the texts of a dataset as a model sees them.
     *
     * @throws dev.firn.api.http.ProblemException 422 for a field that cannot be
     * @throws dev.firn.registry.NotFoundException when there is no such model or dataset
     */
    public MapView map(MapRequest request) throws IOException {
        Asked asked = asked("", request.model(), request.dimensions());
        if (asked.dimension() < 2) {
            throw RequestBodies.refused("/dimensions", "must be at least 2 for a plane");
        }
        int limit = within("/limit", request.limit(), USUAL_POINTS, 3, MOST_POINTS);
        if (request.dataset() == null) {
            throw RequestBodies.refused("/dataset", "must be name@version");
        }
        List<Row> rows = datasets.sample(datasets.find(request.dataset()), limit);
        List<float[]> all = embed(
                        asked.version().artifact(),
                        rows.stream().map(Row::document).toList())
                .stream()
                .map(vector -> cut(vector, asked.dimension()))
                .toList();
        PrincipalComponents plane = PrincipalComponents.of(all, 2);
        List<MapView.Point> points = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            double[] place = plane.coordinates().get(i);
            Row row = rows.get(i);
            points.add(new MapView.Point(place[0], place[1], row.language(), row.source(), row.document()));
        }
        return new MapView(
                asked.version().model(), asked.version().version(), asked.dimension(), plane.shares(), points);
    }

    @PreDestroy
    void stop() {
        vectors.close();
    }
}
