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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

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
            for (List<Weights> same : distinct(context)) {
                List<String> names = same.stream().map(Weights::name).toList();
                Weights first = same.getFirst();
                Path folder = context.newFolder("model-" + first.name());
                ModelFolder.write(
                        folder,
                        context.fetch(first.stage(), first.name()),
                        dataset.tokenizerFolder(),
                        settings(specification),
                        "");
                try (EmbeddingModel model = EmbeddingModel.load(folder, specification.threads())) {
                    evaluations.addAll(
                            sets.measure(names, model, specification.evaluate().dimensions()));
                }
                for (String name : names) {
                    points.addAll(figures(evaluations, name, specification));
                }
            }
            if (wanted(specification, SetEvaluation.BM25)) {
                evaluations.addAll(sets.measureBm25());
                points.addAll(figures(evaluations, SetEvaluation.BM25, specification));
            }
        }
        EvaluationFile.write(evaluation, evaluations);
        context.stores().evaluations().replace(context.token(), evaluations);
        context.stores().metrics().write(context.token(), points);
        return List.of(context.publish(EVALUATION, EVALUATION, evaluation));
    }

    /** Weights that a stage left as they were are measured once. */
    private static Collection<List<Weights>> distinct(StageContext context) {
        return WEIGHTS.stream()
                .filter(weights -> wanted(context.specification(), weights.name()))
                .collect(Collectors.groupingBy(
                        weights ->
                                context.output(weights.stage(), weights.name()).digest(),
                        LinkedHashMap::new,
                        Collectors.toList()))
                .values();
    }

    private static boolean wanted(RunSpecification specification, String weights) {
        List<String> only = specification.evaluate().weights();
        return only == null || only.contains(weights);
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
