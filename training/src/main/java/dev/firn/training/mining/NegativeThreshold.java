package dev.firn.training.mining;

/**
 * The score that a negative must stay below, given the lowest score of the positives in use (NV-Retriever, arXiv
 * 2407.15831, "positive-aware" mining). The comparison is strict.
 */
public sealed interface NegativeThreshold {
    /** Returns the bound; a document is an eligible negative when its score is lower. */
    double bound(float lowestPositiveScore);

    /**
     * TopK-PercPos: {@code score < fraction · positive}. A positive score at or below 0 would make that bound exceed the
     * positive's own score; the bound is then the positive's score.
     *
     * @param fraction above 0, at most 1
     */
    record PercentageOfPositive(double fraction) implements NegativeThreshold {
        public PercentageOfPositive {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException("fraction must be above 0 and at most 1, is " + fraction);
            }
        }

        @Override
        public double bound(float lowestPositiveScore) {
            return Math.min(fraction * lowestPositiveScore, lowestPositiveScore);
        }
    }

    /**
     * TopK-MarginPos: {@code score < positive − margin}.
     *
     * @param margin at least 0
     */
    record MarginToPositive(double margin) implements NegativeThreshold {
        public MarginToPositive {
            if (!(margin >= 0 && margin <= 2)) {
                throw new IllegalArgumentException("margin must be between 0 and 2, is " + margin);
            }
        }

        @Override
        public double bound(float lowestPositiveScore) {
            return lowestPositiveScore - margin;
        }
    }
}
