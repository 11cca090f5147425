package dev.firn.training.data;

/**
 * How texts that are nearly the same are looked for: by the likeness of their pieces of five characters.
 *
 * @param threshold likeness (Jaccard index) from which two texts count as nearly the same, above 0 and at most 1
 * @param dropped whether a training pair is left out whose query or document is nearly a text of an evaluation, or which is nearly
 *     an earlier pair of its source; otherwise they are counted only
 * @param remembered number of texts compared with: of evaluation texts, and of earlier pairs; older ones are forgotten
 */
public record NearDuplicates(double threshold, boolean dropped, int remembered) {
    /** What is remembered takes up to 770 bytes a text, twice. */
    public static final int MOST_REMEMBERED = 10_000_000;

    public NearDuplicates {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException("threshold must be above 0 and at most 1, is " + threshold);
        }
        if (remembered < 1 || remembered > MOST_REMEMBERED) {
            throw new IllegalArgumentException(
                    "remembered must be between 1 and %d, is %d".formatted(MOST_REMEMBERED, remembered));
        }
    }
}
