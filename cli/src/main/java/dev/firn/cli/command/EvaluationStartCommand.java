package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.EvaluationJob;
import dev.firn.cli.client.ServerAwayException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has a registered model measured by the server. */
@Command(
        name = "start",
        description = "Have a registered model measured by a worker of the server, on every evaluation set of a dataset"
                + " that a run prepared. It goes on after failures, and without this command.",
        footer = {"", "Example: firn evaluations start quickstart@champion quickstart@1 --dimensions 64,32 --follow"})
final class EvaluationStartCommand extends FirnCommand {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(1);

    @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The model, or NAME@VERSION.")
    private String model;

    @Parameters(index = "1", paramLabel = "DATASET", description = "NAME@VERSION of a prepared dataset.")
    private String dataset;

    @Option(
            names = "--dimensions",
            paramLabel = "N,…",
            split = ",",
            hideParamSyntax = true,
            description = "Widths besides the model's own.")
    private List<Integer> dimensions = List.of();

    @Option(names = "--follow", description = "Wait until it has ended.")
    private boolean follow;

    EvaluationStartCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        ModelReference.parse(model);
        Answer<EvaluationJob> job = client().evaluate(model, dataset, dimensions);
        if (follow) {
            job = ended(job.value().id());
        }
        EvaluationJob last = job.value();
        print(job, () -> EvaluationJobText.line(last));
        if (last.state().equals("SUCCEEDED")) {
            String name = last.model().substring(0, last.model().lastIndexOf('@'));
            console().say("./firn evaluations --model " + name + " shows what was measured.");
        } else if (!last.ended()) {
            console().say("./firn evaluations jobs shows how far it is.");
        }
        return last.state().equals("FAILED") ? ExitCode.FAILED : ExitCode.DONE;
    }

    private Answer<EvaluationJob> ended(String id) throws InterruptedException {
        String said = "";
        while (true) {
            String now;
            try {
                Answer<EvaluationJob> job = client().evaluationJob(id);
                if (job.value().ended()) {
                    return job;
                }
                now = EvaluationJobText.line(job.value());
            } catch (ServerAwayException e) {
                now = e.getMessage() + ". Waiting for it; a restarted server goes on.";
            }
            if (!now.equals(said)) {
                console().say(now);
                said = now;
            }
            TimeUnit.MILLISECONDS.sleep(BETWEEN_QUESTIONS.toMillis());
        }
    }
}
