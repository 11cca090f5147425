package dev.firn.registry.study;

/**
 * What has become of a study's runs.
 *
 * @param runs how many there are to be
 * @param failed those that could not be submitted among them
 * @param unfinished submitted, and not ended
 */
public record StudyCounts(int runs, int succeeded, int failed, int cancelled, int unfinished) {
    /** Of a study without runs. */
    public static final StudyCounts NONE = new StudyCounts(0, 0, 0, 0, 0);

    /** How many have not been submitted. */
    public int waiting() {
        return runs - succeeded - failed - cancelled - unfinished;
    }
}
