package dev.firn.training.data;

/**
 * What becomes of a record that cannot be understood. A file that cannot be read to its end is refused in any case.
 *
 * @param skipped whether it is left out, counted and named; otherwise the input is refused
 * @param limit so many are left out of one source or set; with more it is refused
 */
public record BadRecords(boolean skipped, long limit) {
    /** The input is refused. */
    public static final BadRecords REFUSED = new BadRecords(false, 0);

    public BadRecords {
        if (limit < 0) {
            throw new IllegalArgumentException("limit must be at least 0, is " + limit);
        }
    }

    /** So many are left out. */
    public static BadRecords skippedUpTo(long limit) {
        return new BadRecords(true, limit);
    }
}
