package dev.firn.training.trainer;

/** How long a training lasts. */
public sealed interface TrainingLength {
    /** Length in steps. */
    long steps(long stepsPerEpoch);

    /** A number of steps, above 0. */
    record Steps(long steps) implements TrainingLength {
        public Steps {
            if (steps <= 0) {
                throw new IllegalArgumentException("steps must be above 0, is " + steps);
            }
        }

        @Override
        public long steps(long stepsPerEpoch) {
            return steps;
        }
    }

    /** A number of passes over the data, above 0. */
    record Epochs(int epochs) implements TrainingLength {
        public Epochs {
            if (epochs <= 0) {
                throw new IllegalArgumentException("epochs must be above 0, is " + epochs);
            }
        }

        @Override
        public long steps(long stepsPerEpoch) {
            return epochs * stepsPerEpoch;
        }
    }
}
