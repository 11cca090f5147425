package dev.firn.cli.command;

import dev.firn.cli.client.EvaluationJob;
import dev.firn.cli.client.Listing;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists measurements that were asked for. */
@Command(
        name = "jobs",
        description = "List the measurements that were asked for, with how far they are or why they failed.",
        footer = {"", "Example: firn evaluations jobs quickstart"})
final class EvaluationJobsCommand extends ListingCommand {
    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "Only of this model's versions.")
    private String model;

    EvaluationJobsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<EvaluationJob> jobs = client().evaluationJobs(Optional.ofNullable(model), limit());
        print(
                jobs,
                "Nothing was asked for yet; firn evaluations start does.",
                () -> EvaluationJobText.table(jobs.items()));
        return ExitCode.DONE;
    }
}
