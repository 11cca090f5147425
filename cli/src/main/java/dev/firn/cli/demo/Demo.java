package dev.firn.cli.demo;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Evaluation;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunState;
import dev.firn.cli.command.ErrorPrinter;
import dev.firn.cli.command.ExitCode;
import dev.firn.cli.command.Session;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;
import dev.firn.cli.follow.RunFollower;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** Runs a specification on a server and prints what came of it. */
public final class Demo {
    private static final int MOST_EVALUATIONS = 10_000;

    private final FirnClient client;
    private final Console console;

    /**
     * @param server the address of a server that answers, for example {@code http://127.0.0.1:8080}
     * @param out where results go
     * @param err where progress goes
     * @param terminal whether {@code err} is a terminal, on which a line may be drawn again; see
     *     {@link Terminal#ofStandardError()}
     */
    public Demo(URI server, PrintStream out, PrintStream err, boolean terminal) {
        this.client = new FirnClient(requireNonNull(server, "server is null"), Session.token(System.getenv()));
        this.console = new Console(
                out, err, new Terminal(terminal, Terminal.ofStandardError().columns()));
    }

    /**
     * Submits the specification, waits for the end of its run and prints the table.
     *
     * @return the exit code: 0 when the run succeeded and a model was registered, 1 when not, 2 when the specification
     *     was refused
     * @throws InterruptedException when the thread was interrupted while waiting; the run goes on
     */
    public int run(DemoOptions options) throws InterruptedException {
        requireNonNull(options, "options is null");
        try {
            return demonstrate(options);
        } catch (IOException | RuntimeException e) {
            return ErrorPrinter.print(e, console);
        }
    }

    private int demonstrate(DemoOptions options) throws IOException, InterruptedException {
        byte[] specification = Files.readAllBytes(options.specification());
        Run submitted = client.submit(
                        specification, "application/yaml", UUID.randomUUID().toString(), OptionalInt.empty())
                .value();
        console.say("Run " + submitted.id() + " of " + options.specification().getFileName() + "; its page: "
                + client.server() + "/");
        Answer<Run> ended = new RunFollower(client, console).follow(submitted.id());
        Run run = ended.value();
        if (run.state() != RunState.SUCCEEDED) {
            console.say("The run ended as " + run.state() + (run.failure() == null ? "." : ": " + run.failure()));
        }
        DemoReport report = new DemoReport(run, Scores.of(evaluations(run)));
        console.result("");
        console.result(report.results());
        console.result("");
        console.result(report.stages());
        console.result("");
        console.result(registered(run));
        console.result("");
        console.result(report.next(client.server(), options.exit()));
        if (options.json()) {
            console.result(report.json());
        }
        return run.state() == RunState.SUCCEEDED && run.model() != null ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static String registered(Run run) {
        if (run.model() == null) {
            return "No model was registered.";
        }
        String version =
                "Registered " + run.model().name() + " version " + run.model().version();
        return run.model().alias() == null
                ? version + "; the gate kept the alias where it was."
                : version + " as " + run.model().name() + '@' + run.model().alias() + '.';
    }

    /** The run's own evaluations, or, when its evaluation was reused, those of the run that it was taken from. */
    private List<Evaluation> evaluations(Run run) throws InterruptedException {
        List<Evaluation> own =
                client.evaluations(Optional.of(run.id()), MOST_EVALUATIONS).items();
        if (!own.isEmpty()) {
            return own;
        }
        for (RunStage stage : run.stages()) {
            if (stage.name().equals("evaluate") && stage.reusedFrom() != null) {
                return client.evaluations(Optional.of(stage.reusedFrom()), MOST_EVALUATIONS)
                        .items();
            }
        }
        return List.of();
    }
}
