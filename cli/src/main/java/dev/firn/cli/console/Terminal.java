package dev.firn.cli.console;

/**
 * What standard error is connected to.
 *
 * @param interactive whether it is a terminal, on which a line may be drawn again
 * @param columns how many characters fit in a line of it
 */
public record Terminal(boolean interactive, int columns) {
    /** Set to {@code true} by the launcher when standard error is a terminal: Java itself can only ask for both. */
    public static final String INTERACTIVE_PROPERTY = "launcher.terminal";

    /** The width of that terminal. */
    public static final String COLUMNS_PROPERTY = "launcher.columns";

    private static final int USUAL_COLUMNS = 80;
    private static final int FEWEST_COLUMNS = 40;

    /** As the launcher found it. */
    public static Terminal ofStandardError() {
        int columns = Integer.getInteger(COLUMNS_PROPERTY, USUAL_COLUMNS);
        return new Terminal(Boolean.getBoolean(INTERACTIVE_PROPERTY), Math.max(columns, FEWEST_COLUMNS));
    }
}
