package dev.firn.api.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis that begins and ends at round numbers around all values.
 *
 * @param step between two ticks
 */
record Scale(double low, double high, double step) {
    private static final int TICKS = 5;

    /** The axis around values; from 0 to 1 when there are none. */
    static Scale of(List<Double> values) {
        double least = values.stream().mapToDouble(value -> value).min().orElse(0);
        double most = values.stream().mapToDouble(value -> value).max().orElse(1);
        double range = Math.max(most - least, 1e-3);
        double rough = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power;
        for (double factor : new double[] {1, 2, 5, 10}) {
            if (factor * power >= rough) {
                step = factor * power;
                break;
            }
        }
        double low = Math.floor(least / step) * step;
        double high = Math.ceil(most / step) * step;
        return new Scale(low, high > low ? high : low + step, step);
    }

    /** The values to be written beside it. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; low + i * step <= high + step / 2; i++) {
            ticks.add(low + i * step);
        }
        return ticks;
    }

    /** A tick with as many places as the steps have. */
    String text(double tick) {
        int places = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
        return String.format(Locale.ROOT, "%." + places + "f", tick);
    }
}
