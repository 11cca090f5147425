package dev.firn.cli.command;

/** The exit codes of every command. */
public final class ExitCode {
    /** It was done. */
    public static final int DONE = 0;

    /** It failed. */
    public static final int FAILED = 1;

    /** What was asked was wrong: the command line, the specification, a name that does not exist. */
    public static final int WRONG_INPUT = 2;

    private ExitCode() {}
}
