package dev.firn.activities.importing;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.activities.stage.CheckpointModel;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.lineage.LineageInput;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ImportSettings;
import dev.firn.training.model.ImportedFolder;
import dev.firn.training.model.TextKind;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.FileUtils;

/** Registers models that come as the zip of their folder, or that checkpoints are. Safe for use by several threads. */
public final class ModelImport {
    private static final String KIND = "model";

    private final Stores stores;
    private final Path scratch;

    /**
     * @param scratch folder for what arrives, used by nobody else; what a killed process left in it goes
     */
    public ModelImport(Stores stores, Path scratch) throws IOException {
        this.stores = requireNonNull(stores, "stores is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        FileUtils.deleteDirectory(scratch.toFile());
    }

    /**
     * A version, and whether it is new.
     *
     * @param created false when the model has exactly these bytes as a version already
     */
    public record Imported(ModelVersion version, boolean created) {}

    /**
     * Reads an archive to its end and registers the model in it as the next version of a name.
     *
     * @param archive a zip of a Hugging Face or sentence-transformers folder; not closed
     * @throws ImportRefusedException when it is broken or no model that is supported; nothing stays of it
     * @throws IOException when the archive stops coming or the disk is full; nothing stays of it
     */
    public Imported register(String name, InputStream archive, ImportSettings said) throws IOException {
        Files.createDirectories(scratch);
        Path work = Files.createTempDirectory(scratch, "import-");
        try {
            Path sent = Files.createDirectory(work.resolve("sent"));
            Path model = Files.createDirectory(work.resolve(KIND));
            unpack(archive, sent);
            ImportedFolder folder = rewrite(name, sent, said, model);
            return registered(name, model, folder.configuration().hidden(), description(folder));
        } finally {
            FileUtils.deleteDirectory(work.toFile());
        }
    }

    /**
     * Registers the model that a checkpoint is as the next version of a name.
     *
     * @throws dev.firn.registry.NotFoundException when the dataset of its run is gone, which has the tokenizer
     * @throws IOException when the disk is full; nothing stays of it
     */
    public Imported register(String name, Checkpoint checkpoint) throws IOException {
        Files.createDirectories(scratch);
        Path work = Files.createTempDirectory(scratch, "checkpoint-");
        try {
            Path folder = Files.createDirectory(work.resolve(KIND));
            CheckpointModel model = CheckpointModel.write(stores, checkpoint, name, work, folder);
            Imported imported = registered(name, folder, model.dimension(), model.metrics());
            stores.lineage()
                    .record(
                            imported.version().artifact().digest(),
                            List.of(
                                    new LineageInput(checkpoint.artifact().digest(), "weights"),
                                    new LineageInput(model.dataset().digest(), "dataset")));
            return imported;
        } finally {
            FileUtils.deleteDirectory(work.toFile());
        }
    }

    private Imported registered(String name, Path folder, int dimension, JsonNode metrics) {
        ArtifactReference artifact = stores.artifacts().publish(folder, KIND);
        Optional<ModelVersion> present = stores.models().findByArtifact(name, artifact.digest());
        return present.isPresent()
                ? new Imported(present.get(), false)
                : new Imported(stores.models().register(new NewModelVersion(name, artifact, dimension, metrics)), true);
    }

    /** Reads on when it is refused: whoever still sends would not hear the answer. */
    private static void unpack(InputStream archive, Path folder) throws IOException {
        try {
            FolderArchive.unpack(archive, folder);
        } catch (ImportRefusedException e) {
            archive.transferTo(OutputStream.nullOutputStream());
            throw e;
        }
    }

    private static ImportedFolder rewrite(String name, Path sent, ImportSettings said, Path model) {
        try {
            ImportedFolder folder = ImportedFolder.open(sent, said);
            folder.write(name, model);
            try (EmbeddingModel loaded = EmbeddingModel.load(model, 1)) {
                for (float value : loaded.embed(TextKind.QUERY, List.of(name))) {
                    if (!Float.isFinite(value)) {
                        throw new ImportRefusedException("the model's vectors are not numbers");
                    }
                }
            }
            return folder;
        } catch (IOException | InvalidTokenizerException | IllegalArgumentException e) {
            // Paths of this server's disk are of no use to whoever sent it
            throw new ImportRefusedException(
                    String.valueOf(e.getMessage()).replace(sent + "/", "").replace(sent.toString(), "the folder"), e);
        }
    }

    private static ObjectNode description(ImportedFolder folder) {
        EmbeddingSettings settings = folder.settings();
        ObjectNode metrics = JsonNodeFactory.instance.objectNode();
        metrics.putObject("imported")
                .put("family", folder.configuration().family().word())
                .put("layers", folder.configuration().layers())
                .put("pooling", settings.pooling().word())
                .put("queryPrefix", settings.queryPrefix())
                .put("documentPrefix", settings.documentPrefix())
                .put("maximumTokens", settings.maximumTokens());
        return metrics;
    }
}
