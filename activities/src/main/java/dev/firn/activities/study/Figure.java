package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;

/**
 * A mean of nDCG@10 over evaluation sets, so over languages, not over queries.
 *
 * @param weights what was measured: {@code initialised}, {@code pretrained}, {@code finetuned}, {@code bm25}
 * @param kind {@code own}: queries and passages in one language; {@code cross}: in two
 * @param group which sets
 * @param sets over how many sets it is the mean
 */
public record Figure(String weights, String kind, Group group, double mean, int sets) {
    public Figure {
        requireNonNull(weights, "weights is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(group, "group is null");
    }

    /** Sets by the language of their queries. */
    public enum Group {
        ALL,
        /** Pretraining or finetuning draws pairs of it. */
        TRAINED,
        /** Neither does. */
        UNTRAINED;

        /** The name as clients see it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether a set is in the group, given whether its query language is trained on. */
        boolean has(boolean trained) {
            return switch (this) {
                case ALL -> true;
                case TRAINED -> trained;
                case UNTRAINED -> !trained;
            };
        }

        /** The group of a name. */
        public static Group of(String label) {
            return Arrays.stream(values())
                    .filter(group -> group.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no group " + label));
        }
    }
}
