package dev.firn.registry.metric;

import static java.util.Objects.requireNonNull;

/**
 * A number at a step.
 *
 * @param name such as {@code loss}
 * @param value finite
 */
public record MetricPoint(String name, long step, double value) {

    public MetricPoint {
        requireNonNull(name, "name is null");
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " at step " + step + " is not finite: " + value);
        }
    }
}
