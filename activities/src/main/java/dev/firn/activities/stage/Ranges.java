package dev.firn.activities.stage;

import dev.firn.training.search.VectorPass;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Cuts things that are counted into ranges for shards. */
final class Ranges {
    /** Small enough that a lost worker costs little, large enough that beginning one costs less than doing it. */
    private static final int UNIT = VectorPass.TEXTS_PER_WINDOW;

    /** More would only make the list longer: so many keep any number of workers at work. */
    private static final int MOST = 2000;

    private Ranges() {}

    /** From {@code first} to the one before {@code end}. */
    record Range(int first, int end) {
        int size() {
            return end - first;
        }

        /** What it has in common with another, counted from the other's beginning; empty when the size is not above 0. */
        Range within(Range other) {
            return new Range(Math.max(first, other.first) - other.first, Math.min(end, other.end) - other.first);
        }
    }

    /** Cuts so many things into ranges of one size, a multiple of the window in which texts are embedded; the last may be smaller. */
    static List<Range> of(int count) {
        long windows = ((long) count + UNIT - 1) / UNIT;
        long size = UNIT * Math.max(1, (windows + MOST - 1) / MOST);
        return IntStream.range(0, (int) ((count + size - 1) / size))
                .mapToObj(i -> new Range((int) (i * size), (int) Math.min(count, (i + 1) * size)))
                .toList();
    }

    /** The places of some things that are counted through, one after another. */
    static List<Range> places(List<Integer> counts) {
        List<Range> places = new ArrayList<>();
        int first = 0;
        for (int count : counts) {
            places.add(new Range(first, Math.addExact(first, count)));
            first += count;
        }
        return List.copyOf(places);
    }

    /** Their sizes, as a phase wants them. */
    static List<Long> sizes(List<Range> ranges) {
        return ranges.stream().map(range -> (long) range.size()).toList();
    }
}
