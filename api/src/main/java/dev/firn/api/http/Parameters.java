package dev.firn.api.http;

/** Numbers and flags in query parameters. The framework would answer a wrong one with 404; here it is 400 with a reason. */
public final class Parameters {
    private Parameters() {}

    /**
     * Reads a whole number.
     *
     * @param name the parameter, for the message
     * @param text its value; null or empty when it was not given
     * @throws ProblemException 400 when it is not a number from {@code least} to {@code most}
     */
    public static long whole(String name, String text, long otherwise, long least, long most) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, as for a number out of range
        }
        throw new ProblemException(Problem.badRequest(
                name + " must be a number from " + least + " to " + most + ", is '" + Names.shortened(text) + "'"));
    }

    /**
     * Reads {@code true} or {@code false}.
     *
     * @param name the parameter, for the message
     * @param text its value; false when it is null or empty
     * @throws ProblemException 400 when it is something else
     */
    public static boolean flag(String name, String text) {
        if (text == null || text.isEmpty() || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw new ProblemException(
                Problem.badRequest(name + " must be true or false, is '" + Names.shortened(text) + "'"));
    }
}
