package dev.firn.cli.command;

import dev.firn.cli.console.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/** Puts the commands together. */
public final class CommandLineFactory {
    private CommandLineFactory() {}

    /** All commands over one session; {@code execute} returns the exit code. */
    public static CommandLine create(Session session) {
        Console console = session.console();
        CommandLine root = new CommandLine(new Root());
        List<FirnCommand> commands = List.of(
                new SubmitCommand(session),
                new RunsCommand(session),
                new RunCommand(session),
                new LogsCommand(session),
                new PauseCommand(session),
                new ResumeCommand(session),
                new CheckpointCommand(session),
                new StopCommand(session),
                new ExtendCommand(session),
                new ScaleLearningRateCommand(session),
                new CancelCommand(session),
                new RetryCommand(session),
                new ForkCommand(session),
                new CompareCommand(session),
                new SpecificationDifferenceCommand(session),
                new StudyCommand(session),
                new StudiesCommand(session),
                new CheckpointsCommand(session),
                new EvaluationsCommand(session),
                new MeasureCommand(session),
                new EvaluateCommand(session),
                new DatasetsCommand(session),
                new ModelsCommand(session),
                new ModelCommand(session),
                new PromoteCommand(session),
                new TagCommand(session),
                new ArchiveCommand(session),
                new ImportCommand(session),
                new ExportCommand(session),
                new EmbedCommand(session),
                new TokenCommand(session),
                new TokensCommand(session),
                new AuditCommand(session),
                new WebhooksCommand(session),
                new GarbageCommand(session),
                new CompletionCommand(session));
        for (FirnCommand command : commands) {
            add(root, command);
        }
        CommandLine checkpoints = root.getSubcommands().get("checkpoints");
        add(checkpoints, new CheckpointPinCommand(session));
        add(checkpoints, new CheckpointUnpinCommand(session));
        add(checkpoints, new CheckpointDeleteCommand(session));
        CommandLine tokens = root.getSubcommands().get("tokens");
        add(tokens, new TokenAddCommand(session));
        add(tokens, new TokenRevokeCommand(session));
        CommandLine webhooks = root.getSubcommands().get("webhooks");
        add(webhooks, new WebhookAddCommand(session));
        add(webhooks, new WebhookRemoveCommand(session));
        add(webhooks, new WebhookDeliveriesCommand(session));
        CommandLine evaluations = root.getSubcommands().get("evaluations");
        add(evaluations, new EvaluationStartCommand(session));
        add(evaluations, new EvaluationJobsCommand(session));
        CommandLine datasets = root.getSubcommands().get("datasets");
        add(datasets, new DatasetAddCommand(session));
        add(datasets, new DatasetShowCommand(session));
        CommandLine study = root.getSubcommands().get("study");
        add(study, new StudyTransferCommand(session));
        add(study, new StudyLanguagesCommand(session));
        add(study, new StudyAblationCommand(session));
        add(study, new StudyShowCommand(session));
        add(study, new StudyStopCommand(session));
        add(study, new StudyResumeCommand(session));
        add(study, new StudyReportCommand(session));
        root.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        root.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        root.setParameterExceptionHandler((error, arguments) -> wrongArguments(error, console));
        root.setExecutionExceptionHandler((error, commandLine, result) -> ErrorPrinter.print(error, console));
        return root;
    }

    private static void add(CommandLine parent, FirnCommand command) {
        CommandLine commandLine = new CommandLine(command);
        commandLine
                .getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build());
        commandLine
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(UsageMessageSpec.keyValuesMap(
                        ExitCode.DONE + ":done", ExitCode.FAILED + ":failed", ExitCode.WRONG_INPUT + ":wrong input"));
        parent.addSubcommand(commandLine.getCommandName(), commandLine);
    }

    private static int wrongArguments(ParameterException error, Console console) {
        String command = error.getCommandLine().getCommandName();
        console.say("firn " + command + ": " + error.getMessage());
        console.say("firn " + command + " --help says how it is used.");
        return ExitCode.WRONG_INPUT;
    }

    /** The program itself; the launcher has its own list of commands, since it has more of them. */
    @Command(name = "firn", description = "Train, compare and serve multilingual embedding models.")
    private static final class Root implements Runnable {
        @Override
        public void run() {
            throw new InputException("no command was given; ./firn help lists them");
        }
    }
}
