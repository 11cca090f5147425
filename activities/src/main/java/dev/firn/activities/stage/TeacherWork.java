package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.stage.Ranges.Range;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.training.ProgressListener;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.teacher.Teacher;
import dev.firn.workflows.specification.TeacherSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What stages with a teacher have in common: its vectors are made in shards and gathered, then searched in shards. */
abstract class TeacherWork implements DividedWork {
    static final int EMBED = 0;
    static final int GATHER = 1;
    static final int SEARCH = 2;

    private final StageContext context;
    private final TrainingInputs inputs;
    private final TeacherSpecification specification;
    private final PreparedDataset dataset;
    private final TeacherTexts texts;
    private final Optional<Path> earlierVectors;
    private final ComputeContext compute;
    private final Arena arena = Arena.ofShared();
    private @Nullable Teacher teacher;
    private @Nullable TeacherVectors vectors;

    /**
     * Takes over the dataset, which it closes.
     *
     * @param texts what the teacher embeds
     * @param earlierVectors where the texts' vectors lie already, by the same teacher
     */
    TeacherWork(
            StageContext context,
            TrainingInputs inputs,
            TeacherSpecification specification,
            PreparedDataset dataset,
            TeacherTexts texts,
            Optional<Path> earlierVectors)
            throws IOException {
        this.context = requireNonNull(context, "context is null");
        this.inputs = requireNonNull(inputs, "inputs is null");
        this.specification = requireNonNull(specification, "specification is null");
        this.dataset = requireNonNull(dataset, "dataset is null");
        this.texts = requireNonNull(texts, "texts is null");
        this.earlierVectors = requireNonNull(earlierVectors, "earlierVectors is null");
        this.compute = new ComputeContext(context.specification().threads());
        Teachers.use(context, inputs, specification);
    }

    StageContext context() {
        return context;
    }

    PreparedDataset dataset() {
        return dataset;
    }

    ComputeContext kernels() {
        return compute;
    }

    /** Number of texts that the teacher embeds. */
    int texts() {
        return texts.size();
    }

    /** What is searched, by shard; counted through all sources. */
    abstract List<Range> searches();

    /** What the search does, for people. */
    abstract String searching();

    /** Searches a range of what is searched. */
    abstract void search(Range range, TeacherVectors vectors, Path folder, ProgressListener progress)
            throws IOException;

    @Override
    public List<Phase> phases() {
        boolean embeds = earlierVectors.isEmpty() && texts.size() > 0;
        return List.of(
                new Phase("embedding texts with the teacher", embeds ? texts.sizes() : List.of()),
                new Phase("gathering vectors", embeds ? List.of(1L) : List.of()),
                new Phase(searching(), Ranges.sizes(searches())));
    }

    @Override
    public void compute(int phase, int shard, ShardResults results, Path folder, ProgressListener progress)
            throws IOException {
        switch (phase) {
            case EMBED -> texts.embed(shard, teacher(), folder, progress);
            case GATHER -> {
                List<Path> parts = IntStream.range(0, texts.sizes().size())
                        .mapToObj(part -> fetched(results, EMBED, part))
                        .toList();
                texts.gather(parts, folder);
                progress.progress(1, 1);
            }
            default -> search(searches().get(shard), vectors(results), folder, progress);
        }
    }

    private static Path fetched(ShardResults results, int phase, int shard) {
        try {
            return results.folder(phase, shard);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The results of the search, shard by shard. */
    List<Path> found(ShardResults results) {
        return IntStream.range(0, searches().size())
                .mapToObj(shard -> fetched(results, SEARCH, shard))
                .toList();
    }

    private Teacher teacher() throws IOException {
        if (teacher == null) {
            teacher = Teachers.open(context, inputs, specification);
        }
        return teacher;
    }

    /** The vectors, once they are gathered. */
    TeacherVectors vectors(ShardResults results) throws IOException {
        if (vectors == null) {
            vectors =
                    texts.vectors(earlierVectors.isPresent() ? earlierVectors.get() : results.folder(GATHER, 0), arena);
        }
        return vectors;
    }

    @Override
    public void close() {
        if (teacher != null) {
            teacher.close();
        }
        arena.close();
        compute.close();
        dataset.close();
    }
}
