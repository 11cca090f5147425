package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.submission.SourcePatterns;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.PairSourceFiles;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.filter.ConsistencyFilter;
import dev.firn.training.filter.FilteredPairs;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.teacher.Teacher;
import dev.firn.workflows.specification.FilterSpecification;
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

/** Keeps the pairs that the teacher finds consistent; sources that are not filtered stay whole. */
final class FilterStage implements StageWork {
    static final String FILTERED = "filtered";
    static final String VECTORS = "vectors";

    private final TrainingInputs inputs;

    FilterStage(TrainingInputs inputs) {
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        Path filtered = context.newFolder(FILTERED);
        Path vectors = context.newFolder(VECTORS);
        List<StageOutput> outputs = new ArrayList<>();
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET))) {
            FilterSpecification specification = context.specification().filter();
            if (specification.teacher() == null) {
                PairSourceFiles.write(filtered, dataset.sources());
                context.log("Without a teacher every pair stays");
            } else {
                PairSourceFiles.write(filtered, filter(context, dataset, specification.teacher(), filtered, vectors));
                outputs.add(context.publish(VECTORS, VECTORS, vectors));
            }
        }
        outputs.addFirst(context.publish(FILTERED, "pairs", filtered));
        return outputs;
    }

    private List<PairSource> filter(
            StageContext context,
            PreparedDataset dataset,
            TeacherSpecification teacherSpecification,
            Path filtered,
            Path vectorFolder)
            throws IOException {
        FilterSpecification specification = context.specification().filter();
        int threads = context.specification().threads();
        Predicate<String> wanted = SourcePatterns.matching(specification.sources());
        List<PairSource> selected = dataset.sources().stream()
                .filter(source -> wanted.test(source.name()))
                .toList();
        List<PairSource> results = new ArrayList<>();
        try (Teacher teacher = Teachers.open(context, inputs, teacherSpecification);
                ComputeContext compute = new ComputeContext(threads);
                Arena arena = Arena.ofShared()) {
            TeacherVectors vectors = TeacherVectors.of(
                    context,
                    teacher,
                    selected,
                    dataset.queries(),
                    dataset.documents(),
                    Optional.empty(),
                    vectorFolder,
                    arena);
            context.log("%,d texts of %d sources embedded with the teacher".formatted(vectors.size(), selected.size()));
            ConsistencyFilter filter =
                    new ConsistencyFilter(specification.topRank(), specification.shardPairs(), compute);
            for (PairSource source : dataset.sources()) {
                if (!wanted.test(source.name())) {
                    results.add(source);
                    continue;
                }
                FilteredPairs pairs = filter.filter(
                        vectors.queries(),
                        vectors.documents(),
                        vectors.positions(source),
                        (done, total) -> context.count("ranking pairs of " + source.name(), done, total));
                PairSourceFiles.write(filtered.resolve(dataset.sources().indexOf(source) + ".ranks"), pairs.ranks());
                results.add(kept(source, pairs.kept()));
                context.log("%s: %,d of %,d pairs kept"
                        .formatted(source.name(), pairs.kept().capacity(), source.size()));
            }
        }
        return results;
    }

    private static PairSource kept(PairSource source, IntBuffer kept) {
        IntBuffer pairs = IntBuffer.allocate(2 * kept.capacity());
        for (int i = 0; i < kept.capacity(); i++) {
            pairs.put(source.query(kept.get(i))).put(source.document(kept.get(i)));
        }
        return new PairSource(source.name(), source.language(), pairs.flip());
    }
}
