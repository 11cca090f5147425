package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.RequestBodies;
import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.TextKind;
import dev.firn.training.model.Truncation;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.io.FileUtils;
import org.jboss.logging.Logger;

/** The models that are in memory, by the digest of their folder. */
@Singleton
public class LoadedModels {
    private static final Logger LOG = Logger.getLogger(LoadedModels.class);

    /** As many as an encoder takes in one pass. */
    private static final int BATCH_TOKENS = 8_192;

    private final ArtifactStore artifacts;
    private final Path scratch;
    private final int threads;
    private final DistributionSummary textsOfBatch;
    private final LeasedCache<ArtifactReference, LoadedModel> models;

    public LoadedModels(ArtifactStore artifacts, FirnConfiguration configuration, MeterRegistry meters) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.scratch = configuration.home().resolve("models");
        this.threads = configuration
                .embeddingThreads()
                .orElse(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        this.textsOfBatch = DistributionSummary.builder("firn.embeddings.batch.texts")
                .description("Texts that a model embedded in one pass")
                .register(meters);
        this.models = new LeasedCache<>(configuration.embeddingMemory(), this::load, LoadedModel::close);
        // What a killed process left behind.
        delete(scratch);
    }

    /** Texts as vectors, and how many tokens they had. */
    public record Embedded(List<float[]> vectors, long tokens) {
        public Embedded {
            vectors = List.copyOf(vectors);
        }
    }

    /**
     * Embeds texts with a model, which is loaded when it is not here.
     *
     * @param dimensions how many to keep; 0 for the model's width
     * @throws dev.firn.api.http.ProblemException 422 when the model has fewer dimensions
     */
    public Embedded embed(ArtifactReference artifact, TextKind kind, List<String> texts, int dimensions) {
        return embed(artifact, kind, texts, dimensions, cancel -> {});
    }

    /**
     * Embeds texts, as {@link #embed(ArtifactReference, TextKind, List, int)} does, for somebody who may go away.
     *
     * @param onBegin is given what takes the request out of the line
     * @throws java.util.concurrent.CancellationException when that was called
     */
    Embedded embed(
            ArtifactReference artifact, TextKind kind, List<String> texts, int dimensions, Consumer<Runnable> onBegin) {
        try (LeasedCache.Lease<LoadedModel> lease = models.lease(artifact)) {
            return lease.value().embed(kind, texts, dimensions, onBegin);
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
                LoadedModel model = new LoadedModel(EmbeddingModel.load(folder, threads), folder, textsOfBatch);
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

    /** A model with the folder that it was loaded from; requests that come together are computed together. */
    private static final class LoadedModel {
        private final EmbeddingModel model;
        private final Path folder;
        private final EmbeddingBatches batches;

        LoadedModel(EmbeddingModel model, Path folder, DistributionSummary textsOfBatch) {
            this.model = model;
            this.folder = folder;
            this.batches = new EmbeddingBatches("embedding-" + folder.getFileName(), BATCH_TOKENS, tokens -> {
                textsOfBatch.record(tokens.length);
                return model.embed(tokens);
            });
        }

        Embedded embed(TextKind kind, List<String> texts, int dimensions, Consumer<Runnable> onBegin) {
            int kept = dimensions == 0 ? model.dimension() : dimensions;
            if (kept > model.dimension()) {
                throw RequestBodies.refused(
                        "/dimensions", "must be at most the model's " + model.dimension() + ", is " + kept);
            }
            int[][] tokens = model.encode(kind, texts);
            EmbeddingBatches.Pending request = batches.submit(tokens);
            onBegin.accept(request::cancel);
            List<float[]> vectors = request.await().stream()
                    .map(vector -> Truncation.truncate(vector, model.dimension(), kept))
                    .toList();
            return new Embedded(
                    vectors, Arrays.stream(tokens).mapToLong(row -> row.length).sum());
        }

        void close() {
            batches.close();
            model.close();
            delete(folder);
        }
    }
}
