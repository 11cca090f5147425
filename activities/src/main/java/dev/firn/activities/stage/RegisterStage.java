package dev.firn.activities.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.ConflictException;
import dev.firn.registry.RevisionMismatchException;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.model.ModelAlias;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.data.DatasetSummary;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ModelCard;
import dev.firn.training.model.ModelFolder;
import dev.firn.workflows.specification.RegisterSpecification;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.stage.Stage;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Registers the model as a version, and moves the alias to it when the gate is met. A model whose bytes are registered
 * already is not registered again.
 */
final class RegisterStage implements StageWork {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String MODEL = "model";
    private static final List<String> ROWS = List.of("untrained", "initialised", "pretrained", "finetuned", "bm25");

    private final SpecificationReader reader = new SpecificationReader();

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        RunSpecification specification = context.specification();
        RegisterSpecification register = specification.register();
        List<NewEvaluation> evaluations = EvaluationFile.read(context.fetch(Stage.EVALUATE, EvaluateStage.EVALUATION));
        Path weights = context.fetch(Stage.FINETUNE, FinetuneStage.FINETUNED);
        ArtifactReference datasetArtifact = context.output(Stage.PREPARE, PrepareStage.DATASET);
        int dimension = specification.encoder().hiddenSize();
        Map<String, Map<String, Double>> quality = quality(evaluations, dimension);

        Path folder = context.newFolder(MODEL);
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET))) {
            EmbeddingSettings settings = EvaluateStage.settings(specification);
            ModelFolder.write(
                    folder,
                    weights,
                    dataset.tokenizerFolder(),
                    settings,
                    card(specification, dataset.summary(), settings, quality, weights)
                            .markdown());
            Files.writeString(folder.resolve("firn-specification.json"), description(specification) + "\n");
            StageOutput output = context.publish(MODEL, MODEL, folder);
            ObjectNode metrics = MAPPER.createObjectNode();
            metrics.set("ndcg10", MAPPER.valueToTree(quality.get("finetuned")));
            metrics.put("dataset", datasetArtifact.digest().hex());
            ModelVersion version = register(context, output.artifact(), dimension, metrics);
            Optional<String> stays = gate(context, version, quality.get("finetuned"), dataset, datasetArtifact);
            ObjectNode result = MAPPER.createObjectNode();
            result.putObject(MODEL)
                    .put("name", version.model())
                    .put("version", version.version())
                    .put("alias", stays.isPresent() ? null : register.alias())
                    .put("aliasStays", stays.orElse(null));
            context.stores().runs().setResult(context.token(), result);
            return List.of(output);
        }
    }

    private static Map<String, Map<String, Double>> quality(List<NewEvaluation> evaluations, int dimension) {
        Map<String, Map<String, Double>> quality = new LinkedHashMap<>();
        for (String row : ROWS) {
            quality.put(
                    row,
                    EvaluationSummary.means(
                            evaluations.stream()
                                    .filter(evaluation -> evaluation.weights().equals(row))
                                    .toList(),
                            dimension));
        }
        return quality;
    }

    private ModelCard card(
            RunSpecification specification,
            DatasetSummary dataset,
            EmbeddingSettings settings,
            Map<String, Map<String, Double>> quality,
            Path weights)
            throws IOException {
        return new ModelCard(
                specification.register().model(),
                specification.description(),
                dataset.sources().stream()
                        .map(DatasetSummary.SourceSummary::language)
                        .distinct()
                        .sorted()
                        .toList(),
                specification.encoder().hiddenSize(),
                specification.finetune().matryoshka().dimensions(),
                parameters(weights.resolve("model.safetensors")),
                settings,
                dataset.sources().stream()
                        .map(source -> String.format(
                                Locale.ROOT, "%s (%s): %,d pairs", source.name(), source.language(), source.pairs()))
                        .toList(),
                quality,
                description(specification));
    }

    /** The specification without what does not touch the model's bits: runs that give the same model say the same. */
    private String description(RunSpecification specification) {
        ObjectNode document = reader.toDocument(specification);
        document.remove(List.of("reuse", "priority"));
        return document.toPrettyString();
    }

    /** What follows the header of a safetensors file is fp32 weights. */
    private static long parameters(Path safetensors) throws IOException {
        try (DataInputStream input = new DataInputStream(Files.newInputStream(safetensors))) {
            long headerBytes = Long.reverseBytes(input.readLong());
            return (Files.size(safetensors) - Long.BYTES - headerBytes) / Float.BYTES;
        }
    }

    private static ModelVersion register(
            StageContext context, ArtifactReference artifact, int dimension, ObjectNode metrics) {
        String model = context.specification().register().model();
        Optional<ModelVersion> present = context.stores().models().findByArtifact(model, artifact.digest());
        if (present.isPresent()) {
            context.log("%s has exactly these bytes as version %d already"
                    .formatted(model, present.get().version()));
            return present.get();
        }
        ModelVersion version = context.stores()
                .models()
                .register(context.token(), new NewModelVersion(model, artifact, dimension, metrics));
        context.log("Registered as %s version %d".formatted(model, version.version()));
        return version;
    }

    /**
     * Moves the alias unless its present holder is better or it is protected; weighed again when it moved meanwhile.
     *
     * @return why it stays, for people; nothing when it points to the version now
     */
    private static Optional<String> gate(
            StageContext context,
            ModelVersion version,
            Map<String, Double> quality,
            PreparedDataset dataset,
            ArtifactReference datasetArtifact)
            throws IOException {
        RegisterSpecification register = context.specification().register();
        String metric = register.gate().metric();
        String figure = metric.substring(metric.indexOf('.') + 1);
        Double reached = quality.get(figure);
        if (reached == null) {
            throw new PermanentFailure("The gate's metric " + metric
                    + " was not measured: no evaluation set is of that kind; choose another register.gate.metric");
        }
        while (true) {
            Optional<ModelAlias> alias = context.stores().models().findAlias(register.model(), register.alias());
            String reason;
            if (alias.isEmpty()) {
                reason = "nobody held it";
            } else if (alias.get().version() == version.version()) {
                context.log("The alias %s points to version %d already".formatted(register.alias(), version.version()));
                return Optional.empty();
            } else {
                ModelVersion holder = context.stores()
                        .models()
                        .get(register.model(), alias.get().version());
                double toBeat = holderQuality(context, holder, figure, dataset, datasetArtifact);
                reason = String.format(
                        Locale.ROOT, "%s %.4f against %.4f of version %d", metric, reached, toBeat, holder.version());
                if (reached < toBeat - register.gate().tolerance()) {
                    context.log("The alias %s stays: %s".formatted(register.alias(), reason));
                    return Optional.of("the gate was not met, " + reason);
                }
            }
            try {
                context.stores()
                        .models()
                        .moveAlias(
                                register.model(),
                                register.alias(),
                                version.version(),
                                OptionalLong.of(alias.map(ModelAlias::revision).orElse(0L)),
                                Optional.of("run " + context.runId()),
                                Optional.of(reason));
                context.log(
                        "The alias %s moved to version %d: %s".formatted(register.alias(), version.version(), reason));
                return Optional.empty();
            } catch (RevisionMismatchException e) {
                context.check();
            } catch (ConflictException e) {
                // It is protected, or the version was archived: what people said counts more than the gate.
                context.log("The alias %s stays although the gate is met (%s): %s"
                        .formatted(register.alias(), reason, e.getMessage()));
                return Optional.of("the gate was met, but " + e.getMessage());
            }
        }
    }

    /** The holder's figure on this run's evaluation sets: known when it was measured on the same, else measured now. */
    private static double holderQuality(
            StageContext context,
            ModelVersion holder,
            String figure,
            PreparedDataset dataset,
            ArtifactReference datasetArtifact)
            throws IOException {
        boolean sameSets = holder.metrics()
                .path("dataset")
                .asText()
                .equals(datasetArtifact.digest().hex());
        if (sameSets && holder.metrics().at("/ndcg10/" + figure).isNumber()) {
            return holder.metrics().at("/ndcg10/" + figure).doubleValue();
        }
        context.log(
                "Version %d was measured on other data; it is measured on this run's sets".formatted(holder.version()));
        try (EmbeddingModel model = EmbeddingModel.load(
                context.fetch(holder.artifact()), context.specification().threads())) {
            List<NewEvaluation> evaluations = new SetEvaluation(context, dataset, context.newFolder("holder"))
                    .measure(
                            List.of("holder"),
                            model,
                            context.specification().evaluate().dimensions());
            return EvaluationSummary.means(evaluations, model.dimension()).getOrDefault(figure, 0.0);
        }
    }
}
