package dev.firn.activities.stage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.artifact.ArtifactFile;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.model.ModelFolder;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The model that a checkpoint is: its weights, with the tokenizer and the way of embedding of the run that committed it. The moments of
 * the training are not read.
 *
 * @param dimension the width of its vectors
 * @param metrics where it comes from, as it is kept with a version
 * @param dataset what the tokenizer was taken from
 */
public record CheckpointModel(int dimension, ObjectNode metrics, ArtifactReference dataset) {
    private static final List<String> WEIGHTS = List.of("config.json", "model.safetensors");
    private static final String TOKENIZER = "tokenizer/";

    /**
     * Writes the model's folder.
     *
     * @param name the model's, for its card
     * @param work an empty folder for what is needed meanwhile
     * @param model an empty folder
     * @throws NotFoundException when the run's dataset is gone
     */
    public static CheckpointModel write(Stores stores, Checkpoint checkpoint, String name, Path work, Path model)
            throws IOException {
        RunSpecification specification =
                new SpecificationReader().read(stores.runs().specification(checkpoint.runId()));
        ArtifactReference dataset = stores.stages().get(checkpoint.runId(), Stage.PREPARE.label()).outputs().stream()
                .filter(output -> output.name().equals(PrepareStage.DATASET))
                .map(StageOutput::artifact)
                .findFirst()
                .orElseThrow(() -> new NotFoundException("the run " + checkpoint.runId() + " has no dataset"));
        Path weights = Files.createDirectory(work.resolve("weights"));
        for (String file : WEIGHTS) {
            copy(stores.artifacts(), checkpoint.artifact(), file, weights.resolve(file));
        }
        Path tokenizer = Files.createDirectory(work.resolve("tokenizer"));
        for (ArtifactFile file : stores.artifacts().listFiles(dataset.digest())) {
            if (file.name().startsWith(TOKENIZER)) {
                copy(
                        stores.artifacts(),
                        dataset,
                        file.name(),
                        tokenizer.resolve(file.name().substring(TOKENIZER.length())));
            }
        }
        ModelFolder.write(
                model,
                weights,
                tokenizer,
                EvaluateStage.settings(specification),
                "# %s%n%nThe weights of step %d of %s, in the run %s (%s): a checkpoint, taken before that training ended.%n"
                        .formatted(
                                name, checkpoint.step(), checkpoint.stage(), specification.name(), checkpoint.runId()));
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        metrics.putObject("checkpoint")
                .put("id", checkpoint.id().toString())
                .put("run", checkpoint.runId().toString())
                .put("stage", checkpoint.stage())
                .put("step", checkpoint.step());
        return new CheckpointModel(
                EncoderConfiguration.fromJson(Files.readString(weights.resolve("config.json")))
                        .hidden(),
                metrics,
                dataset);
    }

    private static void copy(ArtifactStore artifacts, ArtifactReference artifact, String name, Path target)
            throws IOException {
        try (InputStream content = artifacts.openFile(artifact.digest(), name)) {
            Files.copy(content, target);
        }
    }
}
