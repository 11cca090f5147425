package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.activities.importing.DatasetUpload;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.Digest;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.data.DatasetPreparer;
import dev.firn.training.data.DatasetSummary;
import dev.firn.training.data.PreparationProgress;
import dev.firn.training.data.PreparedDataset;
import dev.firn.workflows.specification.SourceSpecification;
import dev.firn.workflows.specification.StartSpecification;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.io.FileUtils;

/** Makes the dataset: texts, tokens, pairs, evaluation sets and the tokeniser. */
final class PrepareStage implements StageWork {
    static final String DATASET = "dataset";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final TrainingInputs inputs;

    PrepareStage(TrainingInputs inputs) {
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        Path folder = context.newFolder(DATASET);
        DatasetSummary summary;
        String counts;
        Optional<Path> start = startFolder(context);
        Path copies = context.newFolder("copies");
        try (PreparedDataset dataset = new DatasetPreparer(inputs.artifacts())
                .prepare(
                        TrainingInputs.dataset(
                                context.specification(),
                                start,
                                digest -> fetchDataset(context, digest),
                                inputs.places(copies)),
                        folder,
                        progress(context, copies))) {
            summary = dataset.summary();
            counts = "%,d pairs of %d sources, %,d different texts, %d evaluation sets"
                    .formatted(
                            dataset.sources().stream()
                                    .mapToLong(source -> source.size())
                                    .sum(),
                            dataset.sources().size(),
                            dataset.corpus().rows(),
                            dataset.evaluations().size());
        } catch (DataFaultException e) {
            throw new PermanentFailure(TrainingInputs.asNamed(String.valueOf(e.getMessage()), copies));
        } finally {
            FileUtils.deleteDirectory(copies.toFile());
        }
        requireAcceptedInputs(context, summary.inputDigest());
        context.usesExternal(
                new Digest(summary.inputDigest()), "data", "the files of " + String.join(", ", sourceNames(context)));
        context.log(counts);
        StageOutput output = context.publish(DATASET, DATASET, folder);
        context.stores()
                .datasets()
                .register(
                        context.token(),
                        context.specification().name(),
                        output.artifact(),
                        MAPPER.valueToTree(summary));
        return List.of(output);
    }

    private static PreparationProgress progress(StageContext context, Path copies) {
        return new PreparationProgress() {
            @Override
            public void report(String phase, long done, long total) {
                context.count(phase, done, total);
            }

            @Override
            public void note(String message) {
                context.log(TrainingInputs.asNamed(message, copies));
            }
        };
    }

    /** Where the tokenizer comes from, when it comes with the weights. */
    private Optional<Path> startFolder(StageContext context) throws IOException {
        return switch (context.specification().initialise().from()) {
            case StartSpecification.Random() -> Optional.empty();
            case StartSpecification.Elsewhere start -> Optional.of(inputs.startFolder(start, context::fetchArtifact));
        };
    }

    private static Path fetchDataset(StageContext context, Digest digest) throws IOException {
        context.uses(digest, DatasetUpload.KIND);
        return context.fetchArtifact(digest);
    }

    private static List<String> sourceNames(StageContext context) {
        return context.specification().data().sources().stream()
                .map(SourceSpecification::name)
                .toList();
    }

    /** The stage key was planned from the inputs as they were when the run was accepted. */
    private static void requireAcceptedInputs(StageContext context, String inputDigest) {
        String key = StageKeys.compute(
                        context.specification(),
                        Map.of(Stage.PREPARE, new TreeMap<>(Map.of("data", inputDigest))),
                        Map.of())
                .get(Stage.PREPARE);
        String planned = context.stores()
                .stages()
                .get(context.runId(), Stage.PREPARE.label())
                .key()
                .orElseThrow();
        if (!key.equals(planned)) {
            throw new PermanentFailure(
                    "An input file changed after the run was accepted; submit the specification again");
        }
    }
}
