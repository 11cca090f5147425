package dev.firn.activities.stage;

import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.EmbeddingSettings;
import dev.firn.training.model.ModelFolder;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures retrieval quality before training and after each train stage, and BM25's on the same sets. */
final class EvaluateStage implements StageWork {
    static final String EVALUATION = "evaluation";

    private record Weights(Stage stage, String name) {}

    private static final List<Weights> WEIGHTS = List.of(
            new Weights(Stage.INITIALISE, InitialiseStage.UNTRAINED),
            new Weights(Stage.INITIALISE, InitialiseStage.INITIALISED),
            new Weights(Stage.PRETRAIN, PretrainStage.PRETRAINED),
            new Weights(Stage.FINETUNE, FinetuneStage.FINETUNED));

    /** How the specification's models turn texts into vectors. */
    static EmbeddingSettings settings(RunSpecification specification) {
        return new EmbeddingSettings(
                specification.encoding().queryPrefix(),
                specification.encoding().documentPrefix(),
                Pooling.of(specification.encoding().pooling()),
                specification.encoding().maximumTokens());
    }

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        RunSpecification specification = context.specification();
        Path evaluation = context.newFolder(EVALUATION);
        List<NewEvaluation> evaluations = new ArrayList<>();
        List<MetricPoint> points = new ArrayList<>();
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET))) {
            SetEvaluation sets = new SetEvaluation(context, dataset, evaluation);
            for (Weights weights : WEIGHTS) {
                Path folder = context.newFolder("model-" + weights.name());
                ModelFolder.write(
                        folder,
                        context.fetch(weights.stage(), weights.name()),
                        dataset.tokenizerFolder(),
                        settings(specification),
                        "");
                try (EmbeddingModel model = EmbeddingModel.load(folder, specification.threads())) {
                    evaluations.addAll(sets.measure(
                            weights.name(), model, specification.evaluate().dimensions()));
                }
                points.addAll(figures(evaluations, weights.name(), specification));
            }
            evaluations.addAll(sets.measureBm25());
            points.addAll(figures(evaluations, SetEvaluation.BM25, specification));
        }
        EvaluationFile.write(evaluation, evaluations);
        context.stores().evaluations().replace(context.token(), evaluations);
        context.stores().metrics().write(context.token(), points);
        return List.of(context.publish(EVALUATION, EVALUATION, evaluation));
    }

    private static List<MetricPoint> figures(
            List<NewEvaluation> evaluations, String weights, RunSpecification specification) {
        return EvaluationSummary.means(
                        evaluations.stream()
                                .filter(each -> each.weights().equals(weights))
                                .toList(),
                        specification.encoder().hiddenSize())
                .entrySet()
                .stream()
                .map(figure -> new MetricPoint("ndcg10." + figure.getKey() + "." + weights, 0, figure.getValue()))
                .toList();
    }
}
