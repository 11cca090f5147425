package dev.firn.bench;

import dev.firn.bench.peer.PeerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What several runs of one piece of work gave.
 *
 * @param runs the figures of each run, by name
 */
record Series(List<Map<String, Double>> runs) {
    Series {
        runs = List.copyOf(runs);
    }

    /** One peer's part in a comparison: its process, and what it is to do. */
    record Contender(PeerProcess process, String work) {}

    /**
     * Has each contender do its work {@code warmUps + runs} times, one after the other, over and over.
     *
     * @return for each contender the runs after the warm-up
     * @throws IOException when a process fails
     */
    static List<Series> interleaved(List<Contender> contenders, int warmUps, int runs) throws IOException {
        List<List<Map<String, Double>>> measured = new ArrayList<>();
        contenders.forEach(any -> measured.add(new ArrayList<>()));
        for (int run = 0; run < warmUps + runs; run++) {
            for (int i = 0; i < contenders.size(); i++) {
                Map<String, Double> figures =
                        contenders.get(i).process().run(contenders.get(i).work());
                if (run >= warmUps) {
                    measured.get(i).add(figures);
                }
            }
        }
        return measured.stream().map(Series::new).toList();
    }

    /**
     * Checks that two peers got the same result in every run: time is only worth comparing when the work was the same.
     *
     * @param tolerance relative to the figure, or to 1 where it is smaller than that
     * @throws IOException when they did not
     */
    static void requireEqual(String who, String figure, Series one, Series other, double tolerance) throws IOException {
        for (int run = 0; run < one.runs.size(); run++) {
            double a = one.runs.get(run).get(figure);
            double b = other.runs.get(run).get(figure);
            if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a)))) {
                throw new IOException(
                        "%s do not do the same work: %s is %s and %s in run %d".formatted(who, figure, a, b, run + 1));
            }
        }
    }

    /**
     * Checks that a figure is another one in each run.
     *
     * @throws IOException when it stayed as it was
     */
    void requireChange(String who, String figure) throws IOException {
        for (int run = 1; run < runs.size(); run++) {
            if (runs.get(run).get(figure).equals(runs.get(run - 1).get(figure))) {
                throw new IOException("%s leaves work out: %s is %s in runs %d and %d"
                        .formatted(who, figure, runs.get(run).get(figure), run, run + 1));
            }
        }
    }

    /** The median of a figure. */
    double median(String figure) {
        return median(runs.stream().mapToDouble(run -> run.get(figure)).toArray());
    }

    /** The median of the times of the runs. */
    double seconds() {
        return median(PeerProcess.SECONDS);
    }

    /** The least time of a run: what the machine allows when it does nothing else. */
    double leastSeconds() {
        return runs.stream()
                .mapToDouble(run -> run.get(PeerProcess.SECONDS))
                .min()
                .orElseThrow();
    }

    /** The middle value; of an even number of values, the mean of the two in the middle. */
    static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values have no median");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
