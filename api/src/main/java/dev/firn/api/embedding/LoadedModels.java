package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.RequestBodies;
import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.TextKind;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.apache.commons.io.FileUtils;
import org.jboss.logging.Logger;

/** The models that are in memory, by the digest of their folder. */
@Singleton
public class LoadedModels {
    private static final Logger LOG = Logger.getLogger(LoadedModels.class);

    private final ArtifactStore artifacts;
    private final Path scratch;
    private final int threads;
    private final LeasedCache<ArtifactReference, LoadedModel> models;

    public LoadedModels(ArtifactStore artifacts, FirnConfiguration configuration) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.scratch = configuration.home().resolve("models");
        this.threads = configuration
                .embeddingThreads()
                .orElse(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        this.models = new LeasedCache<>(configuration.embeddingMemory(), this::load, LoadedModel::close);
        // What a killed process left behind.
        delete(scratch);
    }

    /** Texts as vectors, and how many tokens they had. */
    record Embedded(List<float[]> vectors, long tokens) {}

    /**
     * Embeds texts with a model, which is loaded when it is not here.
     *
     * @param dimensions how many to keep; 0 for the model's width
     * @throws dev.firn.api.http.ProblemException 422 when the model has fewer dimensions
     */
    Embedded embed(ArtifactReference artifact, TextKind kind, List<String> texts, int dimensions) {
        try (LeasedCache.Lease<LoadedModel> lease = models.lease(artifact)) {
            return lease.value().embed(kind, texts, dimensions);
        }
    }

    /** How many models are in memory. */
    public int size() {
        return models.size();
    }

    private LeasedCache.Sized<LoadedModel> load(ArtifactReference artifact) {
        try {
            Files.createDirectories(scratch);
            Path folder = Files.createTempDirectory(scratch, "model-");
            try {
                artifacts.fetch(artifact, folder);
                LoadedModel model = new LoadedModel(EmbeddingModel.load(folder, threads), folder);
                LOG.infof("Loaded the model %s for embeddings", artifact.digest());
                return new LeasedCache.Sized<>(model, artifact.bytes());
            } catch (IOException | RuntimeException e) {
                delete(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The model " + artifact.digest() + " cannot be loaded: " + e, e);
        }
    }

    private static void delete(Path folder) {
        try {
            FileUtils.deleteDirectory(folder.toFile());
        } catch (IOException e) {
            LOG.warnf(e, "%s could not be removed", folder);
        }
    }

    @PreDestroy
    void stop() {
        models.close();
    }

    /** A model with the folder that it was loaded from; it answers one request at a time. */
    private static final class LoadedModel {
        private final EmbeddingModel model;
        private final Path folder;
        private final ReentrantLock turn = new ReentrantLock(true);

        LoadedModel(EmbeddingModel model, Path folder) {
            this.model = model;
            this.folder = folder;
        }

        Embedded embed(TextKind kind, List<String> texts, int dimensions) {
            int kept = dimensions == 0 ? model.dimension() : dimensions;
            if (kept > model.dimension()) {
                throw RequestBodies.refused(
                        "/dimensions", "must be at most the model's " + model.dimension() + ", is " + kept);
            }
            turn.lock();
            try {
                long tokens = 0;
                for (String text : texts) {
                    tokens += model.countTokens(kind, text);
                }
                float[] all = model.embed(kind, texts, kept);
                List<float[]> vectors = IntStream.range(0, texts.size())
                        .mapToObj(row -> Arrays.copyOfRange(all, row * kept, (row + 1) * kept))
                        .toList();
                return new Embedded(vectors, tokens);
            } finally {
                turn.unlock();
            }
        }

        void close() {
            model.close();
            delete(folder);
        }
    }
}
