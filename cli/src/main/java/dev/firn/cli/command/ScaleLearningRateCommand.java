package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Asks a run to scale its learning rate. */
@Command(
        name = "scale-learning-rate",
        description = "Multiply the learning rates of the training stage under way from its next step on.",
        footer = {"", "Example: firn scale-learning-rate quickstart 0.5"})
final class ScaleLearningRateCommand extends SteeringCommand {
    @Parameters(
            index = "1",
            paramLabel = "FACTOR",
            description = "What the schedule's rates are multiplied by, in place of an earlier factor.")
    private double factor;

    ScaleLearningRateCommand(Session session) {
        super(session, "scale its learning rate");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.scaleLearningRate(run, factor);
    }
}
