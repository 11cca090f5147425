package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.firn.activities.stage.Ranges.Range;
import dev.firn.activities.submission.SourcePatterns;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.ProgressListener;
import dev.firn.training.batch.GivenNegatives;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.PairSourceFiles;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.mining.HardNegativeMiner;
import dev.firn.training.mining.KeptNegatives;
import dev.firn.training.mining.MinedNegatives;
import dev.firn.training.mining.MiningSettings;
import dev.firn.training.mining.NegativeThreshold;
import dev.firn.training.mining.QueryOrder;
import dev.firn.workflows.specification.MineSpecification;
import dev.firn.workflows.specification.TeacherSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Hard negatives for the filtered pairs: those that the data name, unless they are to be ignored, then those that a teacher finds
 * among the documents of each source.
 */
final class MineStage implements DividedStage {
    static final String NEGATIVES = "negatives";

    private final TrainingInputs inputs;

    MineStage(TrainingInputs inputs) {
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    @Override
    public DividedWork open(StageContext context) throws IOException {
        MineSpecification specification = context.specification().mine();
        TeacherSpecification teacher = requireNonNull(specification.teacher(), "teacher is null");
        Predicate<String> wanted = SourcePatterns.matching(specification.sources());
        List<PairSource> sources = PairSourceFiles.read(context.fetch(Stage.FILTER, FilterStage.FILTERED)).stream()
                .filter(source -> wanted.test(source.name()) && source.size() > 0)
                .toList();
        PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
        boolean opened = false;
        try {
            // All pairs of the sources before filtering: what the filter embedded when it had the same sources
            TeacherTexts texts = new TeacherTexts(
                    dataset.sources().stream()
                            .filter(source -> wanted.test(source.name()))
                            .toList(),
                    dataset.queries(),
                    dataset.documents());
            Mining work = new Mining(
                    context, inputs, teacher, dataset, texts, earlierVectors(context, teacher, texts), sources);
            opened = true;
            return work;
        } finally {
            if (!opened) {
                dataset.close();
            }
        }
    }

    /** The filter's vectors, when it made some: they serve again if they are those of the same teacher and texts. */
    private static Optional<Path> earlierVectors(StageContext context, TeacherSpecification teacher, TeacherTexts texts)
            throws IOException {
        boolean made = context.stores().stages().get(context.runId(), Stage.FILTER.label()).outputs().stream()
                .anyMatch(output -> output.name().equals(FilterStage.VECTORS));
        if (!made || !teacher.equals(context.specification().filter().teacher())) {
            return Optional.empty();
        }
        Path vectors = context.fetch(Stage.FILTER, FilterStage.VECTORS);
        return texts.gatheredIn(vectors) ? Optional.of(vectors) : Optional.empty();
    }

    /** Mines for the queries of the sources, counted through one source after the other. */
    private static final class Mining extends TeacherWork {
        private static final String COUNTS_FILE = "counts.json";
        private static final JsonMapper JSON = new JsonMapper();

        private final MineSpecification specification;
        private final List<PairSource> sources;
        private final List<Range> places;
        private final Map<String, GivenNegatives> given = new HashMap<>();

        Mining(
                StageContext context,
                TrainingInputs inputs,
                TeacherSpecification teacher,
                PreparedDataset dataset,
                TeacherTexts texts,
                Optional<Path> earlierVectors,
                List<PairSource> sources)
                throws IOException {
            super(context, inputs, teacher, dataset, texts, earlierVectors);
            this.specification = context.specification().mine();
            this.sources = sources;
            this.places = Ranges.places(sources.stream()
                    .map(source -> QueryOrder.of(source.pairs()).count())
                    .toList());
            if (!MineSpecification.IGNORE.equals(specification.given())) {
                for (PairSource source : sources) {
                    dataset.givenNegatives(source.name()).ifPresent(negatives -> given.put(source.name(), negatives));
                }
            }
        }

        @Override
        List<Range> searches() {
            return Ranges.of(places.isEmpty() ? 0 : places.getLast().end());
        }

        @Override
        String searching() {
            return "mining for queries";
        }

        /** Writes what was mined for each source that has queries in the range, and how the queries fared. */
        @Override
        void search(Range range, TeacherVectors vectors, Path folder, ProgressListener progress) throws IOException {
            HardNegativeMiner miner = new HardNegativeMiner(settings(specification), kernels());
            List<PairSource> results = new ArrayList<>();
            ArrayNode counts = JSON.createArrayNode();
            long before = 0;
            for (int i = 0; i < sources.size(); i++) {
                Range part = range.within(places.get(i));
                if (part.size() <= 0) {
                    continue;
                }
                PairSource source = sources.get(i);
                IntBuffer positions = vectors.positions(source);
                IntBuffer pairs = QueryOrder.of(positions).pairs(part.first(), part.end());
                long earlier = before;
                MinedNegatives mined = miner.mine(
                        vectors.queries(),
                        vectors.documents(),
                        pairs,
                        HardNegativeMiner.documentsOf(positions),
                        given(source, pairs, vectors),
                        (done, total) -> progress.progress(
                                earlier + (total == 0 ? 0 : part.size() * done / total), range.size()));
                before += part.size();
                counts.addObject()
                        .put("source", i)
                        .put("queries", mined.queries())
                        .put("withoutPositive", mined.queriesWithoutPositive())
                        .put("withTooFewNegatives", mined.queriesWithTooFewNegatives())
                        .put("given", mined.given());
                results.add(inRows(source, mined, vectors));
            }
            PairSourceFiles.write(folder, results);
            JSON.writeValue(folder.resolve(COUNTS_FILE).toFile(), counts);
        }

        /** Documents that are given as negatives, by query position; one without a vector by its row and the number of vectors. */
        private Map<Integer, int[]> given(PairSource source, IntBuffer pairs, TeacherVectors vectors) {
            GivenNegatives negatives = given.get(source.name());
            if (negatives == null) {
                return Map.of();
            }
            Map<Integer, Integer> positions = new HashMap<>();
            for (int i = 0; i < pairs.limit(); i += 2) {
                positions.put(vectors.queryRow(pairs.get(i)), pairs.get(i));
            }
            int known = vectors.documents().rows();
            Map<Integer, int[]> documents = HashMap.newHashMap(positions.size());
            KeptNegatives.of(negatives, positions.keySet(), threshold(specification))
                    .forEach((query, rows) -> documents.put(
                            positions.get(query),
                            Arrays.stream(rows)
                                    .map(row -> {
                                        int position = vectors.documentPosition(row);
                                        return position >= 0 ? position : Math.addExact(known, row);
                                    })
                                    .toArray()));
            return documents;
        }

        @Override
        public List<StageOutput> merge(ShardResults results) throws IOException {
            List<Mined> mined = sources.stream().map(Mined::new).toList();
            for (Path shard : found(results)) {
                List<PairSource> parts = PairSourceFiles.read(shard);
                JsonNode counts = JSON.readTree(shard.resolve(COUNTS_FILE).toFile());
                for (int i = 0; i < parts.size(); i++) {
                    mined.get(counts.get(i).path("source").asInt()).add(parts.get(i), counts.get(i));
                }
            }
            mined.forEach(source -> context().log(source.summary(specification.negatives())));
            List<PairSource> found =
                    mined.stream().filter(Mined::any).map(Mined::together).toList();
            if (found.isEmpty()) {
                throw new PermanentFailure(
                        "No query has enough hard negatives; lower mine.negatives, raise mine.depth or mine.threshold");
            }
            Path negatives = context().newFolder(NEGATIVES);
            PairSourceFiles.write(negatives, found);
            return List.of(context().publish(NEGATIVES, NEGATIVES, negatives));
        }

        private static MiningSettings settings(MineSpecification specification) {
            return new MiningSettings(
                    specification.depth(),
                    specification.negatives(),
                    specification.maximumPositives(),
                    threshold(specification));
        }

        private static NegativeThreshold threshold(MineSpecification specification) {
            double value = specification.threshold().value();
            return specification.threshold().type().equals("margin-to-positive")
                    ? new NegativeThreshold.MarginToPositive(value)
                    : new NegativeThreshold.PercentageOfPositive(value);
        }

        private static PairSource inRows(PairSource source, MinedNegatives mined, TeacherVectors vectors) {
            IntBuffer pairs = IntBuffer.allocate(mined.pairs().capacity());
            for (int i = 0; i < pairs.capacity(); i += 2) {
                pairs.put(vectors.queryRow(mined.pairs().get(i)));
                pairs.put(vectors.documentRow(mined.pairs().get(i + 1)));
            }
            int known = vectors.documents().rows();
            IntBuffer negatives = IntBuffer.allocate(mined.negatives().capacity());
            for (int i = 0; i < negatives.capacity(); i++) {
                int document = mined.negatives().get(i);
                negatives.put(document < known ? vectors.documentRow(document) : document - known);
            }
            return new PairSource(
                    source.name(), source.language(), pairs.flip(), negatives.flip(), mined.negativesPerPair());
        }
    }

    /** What the shards found for one source. */
    private static final class Mined {
        private final PairSource source;
        private final List<PairSource> parts = new ArrayList<>();
        private int queries;
        private int withoutPositive;
        private int withTooFewNegatives;
        private int given;

        Mined(PairSource source) {
            this.source = source;
        }

        void add(PairSource part, JsonNode counts) {
            parts.add(part);
            queries += counts.path("queries").asInt();
            withoutPositive += counts.path("withoutPositive").asInt();
            withTooFewNegatives += counts.path("withTooFewNegatives").asInt();
            given += counts.path("given").asInt();
        }

        boolean any() {
            return size() > 0;
        }

        private int size() {
            return parts.stream().mapToInt(PairSource::size).sum();
        }

        String summary(int negatives) {
            return "%s: %,d pairs with %d negatives each; of %,d queries, %,d had no positive within the depth and %,d too few negatives"
                            .formatted(source.name(), size(), negatives, queries, withoutPositive, withTooFewNegatives)
                    + (given == 0 ? "" : "; %,d of the queries' negatives came with the data".formatted(given));
        }

        PairSource together() {
            int negativesPerPair = parts.getFirst().negativesPerPair();
            IntBuffer pairs = IntBuffer.allocate(2 * size());
            IntBuffer negatives = IntBuffer.allocate(Math.multiplyExact(size(), negativesPerPair));
            for (PairSource part : parts) {
                pairs.put(part.pairs().duplicate());
                if (part.size() > 0) {
                    negatives.put(part.negatives().duplicate());
                }
            }
            return new PairSource(source.name(), source.language(), pairs.flip(), negatives.flip(), negativesPerPair);
        }
    }
}
