package dev.firn.api.http;

/** Numbers in query parameters. The framework would answer a wrong one with 404; here it is 400 with a reason. */
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
}
