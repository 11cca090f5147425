package dev.firn.training.data;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What files of pairs hold.
 *
 * @param pairs lines with a pair
 * @param languages pairs by language
 * @param sources pairs by the source that a line names; those that name none are not counted here
 * @param queries how long the queries are
 * @param documents how long the documents are
 * @param duplicates pairs of which the same was on an earlier line
 * @param identical pairs whose query and document are the same, whatever their case and spacing
 */
public record PairsSummary(
        long pairs,
        Map<String, Long> languages,
        Map<String, Long> sources,
        Lengths queries,
        Lengths documents,
        long duplicates,
        long identical) {

    public PairsSummary {
        languages = new TreeMap<>(languages);
        sources = new TreeMap<>(sources);
    }

    /**
     * How long texts are, in code points.
     *
     * @param characters of all together
     * @param longest of the longest
     * @param histogram how many texts are how long: up to 16, up to 32 and not up to 16, and so on
     */
    public record Lengths(long characters, long longest, List<Bucket> histogram) {
        public Lengths {
            histogram = List.copyOf(histogram);
        }
    }

    /** How many texts are at most so long, and longer than the bucket before says. */
    public record Bucket(long upTo, long texts) {}
}
