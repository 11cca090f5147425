package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.submission.SourcePatterns;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.PairSourceFiles;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.mining.HardNegativeMiner;
import dev.firn.training.mining.MinedNegatives;
import dev.firn.training.mining.MiningSettings;
import dev.firn.training.mining.NegativeThreshold;
import dev.firn.training.teacher.Teacher;
import dev.firn.workflows.specification.MineSpecification;
import dev.firn.workflows.specification.TeacherSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Finds hard negatives for the filtered pairs, among the documents of each source. */
final class MineStage implements StageWork {
    static final String NEGATIVES = "negatives";

    private final TrainingInputs inputs;

    MineStage(TrainingInputs inputs) {
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        MineSpecification specification = context.specification().mine();
        TeacherSpecification teacherSpecification = requireNonNull(specification.teacher(), "teacher is null");
        int threads = context.specification().threads();
        Predicate<String> wanted = SourcePatterns.matching(specification.sources());
        List<PairSource> sources = PairSourceFiles.read(context.fetch(Stage.FILTER, FilterStage.FILTERED)).stream()
                .filter(source -> wanted.test(source.name()) && source.size() > 0)
                .toList();
        Path negatives = context.newFolder(NEGATIVES);
        List<PairSource> results = new ArrayList<>();
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
                Teacher teacher = Teachers.open(context, inputs, teacherSpecification);
                ComputeContext compute = new ComputeContext(threads);
                Arena arena = Arena.ofShared()) {
            TeacherVectors vectors = TeacherVectors.of(
                    context,
                    teacher,
                    embedded(dataset, wanted),
                    dataset.queries(),
                    dataset.documents(),
                    earlierVectors(context),
                    context.newFolder(FilterStage.VECTORS),
                    arena);
            HardNegativeMiner miner = new HardNegativeMiner(settings(specification), compute);
            for (PairSource source : sources) {
                IntBuffer positions = vectors.positions(source);
                MinedNegatives mined = miner.mine(
                        vectors.queries(),
                        vectors.documents(),
                        positions,
                        HardNegativeMiner.documentsOf(positions),
                        (done, total) -> context.count("mining " + source.name(), done, total));
                context.log(
                        "%s: %,d pairs with %d negatives each; of %,d queries, %,d had no positive within the depth and %,d too few negatives"
                                .formatted(
                                        source.name(),
                                        mined.pairs().capacity() / 2,
                                        mined.negativesPerPair(),
                                        mined.queries(),
                                        mined.queriesWithoutPositive(),
                                        mined.queriesWithTooFewNegatives()));
                if (mined.pairs().capacity() > 0) {
                    results.add(inRows(source, mined, vectors));
                }
            }
        }
        if (results.isEmpty()) {
            throw new PermanentFailure(
                    "No query has enough hard negatives; lower mine.negatives, raise mine.depth or mine.threshold");
        }
        PairSourceFiles.write(negatives, results);
        return List.of(context.publish(NEGATIVES, NEGATIVES, negatives));
    }

    /** The filter's vectors, when it made some: they serve again if they are those of the same teacher and texts. */
    private static Optional<Path> earlierVectors(StageContext context) throws IOException {
        boolean made = context.stores().stages().get(context.runId(), Stage.FILTER.label()).outputs().stream()
                .anyMatch(output -> output.name().equals(FilterStage.VECTORS));
        return made ? Optional.of(context.fetch(Stage.FILTER, FilterStage.VECTORS)) : Optional.empty();
    }

    /** All pairs of the sources before filtering: what the filter embedded when it had the same sources. */
    private static List<PairSource> embedded(PreparedDataset dataset, Predicate<String> wanted) {
        return dataset.sources().stream()
                .filter(source -> wanted.test(source.name()))
                .toList();
    }

    private static MiningSettings settings(MineSpecification specification) {
        double value = specification.threshold().value();
        NegativeThreshold threshold = specification.threshold().type().equals("margin-to-positive")
                ? new NegativeThreshold.MarginToPositive(value)
                : new NegativeThreshold.PercentageOfPositive(value);
        return new MiningSettings(
                specification.depth(), specification.negatives(), specification.maximumPositives(), threshold);
    }

    private static PairSource inRows(PairSource source, MinedNegatives mined, TeacherVectors vectors) {
        IntBuffer pairs = IntBuffer.allocate(mined.pairs().capacity());
        for (int i = 0; i < pairs.capacity(); i += 2) {
            pairs.put(vectors.queryRow(mined.pairs().get(i)));
            pairs.put(vectors.documentRow(mined.pairs().get(i + 1)));
        }
        IntBuffer negatives = IntBuffer.allocate(mined.negatives().capacity());
        for (int i = 0; i < negatives.capacity(); i++) {
            negatives.put(vectors.documentRow(mined.negatives().get(i)));
        }
        return new PairSource(
                source.name(), source.language(), pairs.flip(), negatives.flip(), mined.negativesPerPair());
    }
}
