package dev.firn.cli.command;

import dev.firn.cli.client.Problem;
import dev.firn.cli.client.Problem.Fault;
import dev.firn.cli.client.ProblemException;
import dev.firn.cli.client.ServerAwayException;
import dev.firn.cli.client.UnexpectedAnswerException;
import dev.firn.cli.console.Console;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.StringJoiner;

/** Says what went wrong in words for the user, and which exit code that is. */
public final class ErrorPrinter {
    private ErrorPrinter() {}

    /**
     * Prints the error.
     *
     * @return the exit code
     */
    public static int print(Exception error, Console console) {
        return switch (error) {
            case ProblemException e -> {
                problem(e, console);
                yield e.wrongInput() ? ExitCode.WRONG_INPUT : ExitCode.FAILED;
            }
            case ServerAwayException e -> {
                console.say("firn: " + e.getMessage() + "."
                        + (e.refused() ? " Start one with ./firn up, or set FIRN_URL to the address of yours." : ""));
                yield ExitCode.FAILED;
            }
            case InputException e -> {
                console.say("firn: " + e.getMessage());
                yield ExitCode.WRONG_INPUT;
            }
            case FailureException e -> {
                console.say("firn: " + e.getMessage());
                yield ExitCode.FAILED;
            }
            case UnexpectedAnswerException e -> {
                console.say("firn: " + e.getMessage());
                yield ExitCode.FAILED;
            }
            case IOException e -> {
                console.say("firn: " + describe(e));
                yield ExitCode.FAILED;
            }
            default -> {
                console.say("firn: this is a fault of Firn's command line: " + error);
                error.printStackTrace(console.err());
                yield ExitCode.FAILED;
            }
        };
    }

    /** What a file error means; Java's own message is often the file's name alone. */
    static String describe(IOException error) {
        return switch (error) {
            case NoSuchFileException e -> e.getFile() + " does not exist";
            case AccessDeniedException e -> e.getFile() + " may not be read or written";
            case FileAlreadyExistsException e -> e.getFile() + " exists already";
            case FileSystemException e -> e.getFile() + ": " + e.getReason();
            default -> error.getMessage() == null ? error.toString() : error.getMessage();
        };
    }

    private static void problem(ProblemException error, Console console) {
        Problem problem = error.problem();
        StringJoiner message = new StringJoiner(": ", "firn: ", "");
        if (problem.title() != null) {
            message.add(problem.title());
        }
        if (problem.detail() != null && !problem.detail().equals(problem.title())) {
            message.add(problem.detail());
        }
        if (problem.title() == null && problem.detail() == null) {
            message.add("the server answered with HTTP " + error.status());
        }
        if (error.status() == 401) {
            message.add("set FIRN_TOKEN to a token of this server");
        }
        console.say(message.toString());
        for (Fault fault : problem.errors()) {
            String pointer = fault.pointer() == null || fault.pointer().isEmpty() ? "/" : fault.pointer();
            console.say("  " + pointer + ": " + fault.detail());
        }
    }
}
