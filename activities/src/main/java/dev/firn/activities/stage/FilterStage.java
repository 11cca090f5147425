package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.stage.Ranges.Range;
import dev.firn.activities.submission.SourcePatterns;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.ProgressListener;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.PairSourceFiles;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.filter.ConsistencyFilter;
import dev.firn.training.filter.FilteredPairs;
import dev.firn.workflows.specification.FilterSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Keeps the pairs that the teacher finds consistent; sources that are not filtered stay whole. */
final class FilterStage implements DividedStage {
    static final String FILTERED = "filtered";
    static final String VECTORS = "vectors";

    private static final String RANKS_FILE = "ranks";

    private final TrainingInputs inputs;

    FilterStage(TrainingInputs inputs) {
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    @Override
    public DividedWork open(StageContext context) throws IOException {
        PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
        boolean opened = false;
        try {
            DividedWork work = context.specification().filter().teacher() == null
                    ? new NothingToFilter(context, dataset)
                    : new Filtering(context, inputs, dataset);
            opened = true;
            return work;
        } finally {
            if (!opened) {
                dataset.close();
            }
        }
    }

    private static StageOutput published(StageContext context, Path filtered) throws IOException {
        return context.publish(FILTERED, "pairs", filtered);
    }

    /** Without a teacher. */
    private record NothingToFilter(StageContext context, PreparedDataset dataset) implements DividedWork {
        @Override
        public List<Phase> phases() {
            return List.of();
        }

        @Override
        public void compute(int phase, int shard, ShardResults results, Path folder, ProgressListener progress) {
            throw new IllegalArgumentException("there are no shards");
        }

        @Override
        public List<StageOutput> merge(ShardResults results) throws IOException {
            Path filtered = context.newFolder(FILTERED);
            PairSourceFiles.write(filtered, dataset.sources());
            context.log("Without a teacher every pair stays");
            return List.of(published(context, filtered));
        }

        @Override
        public void close() {
            dataset.close();
        }
    }

    /** Ranks the pairs of the wanted sources, counted through one source after the other. */
    private static final class Filtering extends TeacherWork {
        private final List<PairSource> selected;
        private final List<Range> places;
        private final ConsistencyFilter filter;

        Filtering(StageContext context, TrainingInputs inputs, PreparedDataset dataset) throws IOException {
            FilterSpecification specification = context.specification().filter();
            List<PairSource> wanted = selected(dataset, specification);
            super(
                    context,
                    inputs,
                    requireNonNull(specification.teacher(), "teacher is null"),
                    dataset,
                    new TeacherTexts(wanted, dataset.queries(), dataset.documents()),
                    Optional.empty());
            this.selected = wanted;
            this.places = Ranges.places(wanted.stream().map(PairSource::size).toList());
            this.filter = new ConsistencyFilter(specification.topRank(), specification.shardPairs(), kernels());
        }

        private static List<PairSource> selected(PreparedDataset dataset, FilterSpecification specification) {
            Predicate<String> wanted = SourcePatterns.matching(specification.sources());
            return dataset.sources().stream()
                    .filter(source -> wanted.test(source.name()))
                    .toList();
        }

        @Override
        List<Range> searches() {
            return Ranges.of(places.isEmpty() ? 0 : places.getLast().end());
        }

        @Override
        String searching() {
            return "ranking pairs";
        }

        @Override
        void search(Range range, TeacherVectors vectors, Path folder, ProgressListener progress) throws IOException {
            IntBuffer ranks = IntBuffer.allocate(range.size());
            for (int i = 0; i < selected.size(); i++) {
                Range part = range.within(places.get(i));
                if (part.size() > 0) {
                    int before = ranks.position();
                    ranks.put(filter.ranks(
                            vectors.queries(),
                            vectors.documents(),
                            vectors.positions(selected.get(i)),
                            part.first(),
                            part.end(),
                            (done, total) -> progress.progress(before + done, range.size())));
                }
            }
            PairSourceFiles.write(folder.resolve(RANKS_FILE), ranks.flip());
        }

        @Override
        public List<StageOutput> merge(ShardResults results) throws IOException {
            IntBuffer ranks =
                    IntBuffer.allocate(places.isEmpty() ? 0 : places.getLast().end());
            for (Path shard : found(results)) {
                ranks.put(PairSourceFiles.readIntegers(shard.resolve(RANKS_FILE)));
            }
            context().log("%,d texts of %d sources embedded with the teacher".formatted(texts(), selected.size()));
            Path filtered = context().newFolder(FILTERED);
            List<PairSource> sources = new ArrayList<>();
            for (PairSource source : dataset().sources()) {
                int place = selected.indexOf(source);
                if (place < 0) {
                    sources.add(source);
                    continue;
                }
                int[] ofSource = new int[source.size()];
                ranks.get(places.get(place).first(), ofSource);
                FilteredPairs pairs = filter.kept(ofSource);
                PairSourceFiles.write(filtered.resolve(sources.size() + ".ranks"), pairs.ranks());
                sources.add(kept(source, pairs.kept()));
                context()
                        .log("%s: %,d of %,d pairs kept"
                                .formatted(source.name(), pairs.kept().capacity(), source.size()));
            }
            PairSourceFiles.write(filtered, sources);
            List<StageOutput> outputs = new ArrayList<>(List.of(published(context(), filtered)));
            if (texts() > 0) {
                outputs.add(context().publish(VECTORS, VECTORS, results.folder(GATHER, 0)));
            }
            return outputs;
        }

        private static PairSource kept(PairSource source, IntBuffer kept) {
            IntBuffer pairs = IntBuffer.allocate(2 * kept.capacity());
            for (int i = 0; i < kept.capacity(); i++) {
                pairs.put(source.query(kept.get(i))).put(source.document(kept.get(i)));
            }
            return new PairSource(source.name(), source.language(), pairs.flip());
        }
    }
}
