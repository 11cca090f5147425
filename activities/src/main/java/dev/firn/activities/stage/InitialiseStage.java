package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.Digest;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.start.Start;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.trainer.TrainingLoop;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.StartSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Masked language modelling, of random weights or of weights from elsewhere; also gives the weights as they were before, to compare
 * with.
 */
final class InitialiseStage implements StageWork {
    static final String UNTRAINED = "untrained";
    static final String INITIALISED = "initialised";
    static final String WEIGHTS = "weights";

    private static final String START = "start";

    private final TrainingInputs inputs;

    InitialiseStage(TrainingInputs inputs) {
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        RunSpecification specification = context.specification();
        Path untrained = context.newFolder(UNTRAINED);
        Path initialised = context.newFolder(INITIALISED);
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
                Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder())) {
            switch (specification.initialise().from()) {
                case StartSpecification.Random() ->
                    Encoder.initialise(
                            TrainSettings.encoder(specification.encoder(), tokenizer),
                            specification.seed(),
                            TrainSettings.predictedFrequencies(dataset.corpusTokens(), tokenizer),
                            untrained);
                case StartSpecification.Elsewhere start -> takeOver(context, start, dataset, untrained);
            }
            if (specification.initialise().steps() == 0) {
                StageOutput weights = context.publish(UNTRAINED, WEIGHTS, untrained);
                return List.of(weights, new StageOutput(INITIALISED, weights.artifact()));
            }
            try (ComputeContext compute = new ComputeContext(specification.threads());
                    TrainingLoop loop = TrainingLoop.maskedLanguage(
                            untrained,
                            texts(specification, dataset),
                            TrainSettings.initialise(specification, tokenizer.specialTokens()),
                            compute)) {
                new CheckpointedTraining(
                                context, loop, specification.initialise().checkpoints())
                        .run();
                loop.saveWeights(initialised);
            }
        }
        return List.of(
                context.publish(UNTRAINED, WEIGHTS, untrained), context.publish(INITIALISED, WEIGHTS, initialised));
    }

    /** The texts to learn from. */
    private static TokenTable texts(RunSpecification specification, PreparedDataset dataset) {
        List<String> languages = specification.initialise().languages();
        if (languages == null) {
            return dataset.corpusTokens();
        }
        Set<String> wanted = Set.copyOf(languages);
        TokenTable texts = dataset.corpusTokens()
                .rows(IntStream.range(0, dataset.corpus().rows())
                        .filter(row -> wanted.contains(dataset.corpus().language(row)))
                        .toArray());
        if (texts.rows() == 0) {
            throw new PermanentFailure(
                    "No text for training is in one of initialise.languages, which are " + languages);
        }
        return texts;
    }

    private void takeOver(StageContext context, StartSpecification.Elsewhere from, PreparedDataset dataset, Path target)
            throws IOException {
        RunSpecification specification = context.specification();
        Start start = Start.open(inputs.startFolder(from, context::fetchArtifact));
        Digest digest = new Digest(requireNonNull(from.sha256(), "sha256 is null"));
        switch (from) {
            case StartSpecification.Folder(String folder, String _, Integer _, boolean _) ->
                noteExternal(context, start, digest, folder);
            case StartSpecification.Artifact(String artifact, String _, Integer _, boolean _) ->
                noteExternal(context, start, digest, artifact);
            case StartSpecification.Model _ -> context.uses(digest, START);
        }
        start.write(
                specification.encoder().layers(),
                dataset.vocabularyRows(),
                specification.initialise().steps() > 0,
                specification.seed(),
                target);
        context.log("Weights taken over: %,d layers, %,d words"
                .formatted(
                        specification.encoder().layers(),
                        dataset.summary().tokenizer().vocabularySize()));
    }

    /** The stage key was planned from the files as they were when the run was accepted. */
    private void noteExternal(StageContext context, Start start, Digest accepted, String name) throws IOException {
        if (!inputs.startDigest(start).equals(accepted)) {
            throw new PermanentFailure(
                    "The weights of " + name + " changed after the run was accepted; submit the specification again");
        }
        context.usesExternal(accepted, START, name);
    }
}
