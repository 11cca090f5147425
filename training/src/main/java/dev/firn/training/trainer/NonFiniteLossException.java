package dev.firn.training.trainer;

/** A loss or a gradient became NaN or infinite; the weights are those before the step. */
public final class NonFiniteLossException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long step;
    private final double loss;
    private final double learningRate;
    private final double largestGradient;

    public NonFiniteLossException(long step, double loss, double learningRate, double largestGradient) {
        super(
                "the loss or a gradient is not finite in step " + step + ": loss " + loss + ", learning rate "
                        + learningRate + ", largest gradient " + largestGradient
                        + "; go on from the last checkpoint with a lower learning rate, a longer warm-up or a smaller clip norm");
        this.step = step;
        this.loss = loss;
        this.learningRate = learningRate;
        this.largestGradient = largestGradient;
    }

    public long step() {
        return step;
    }

    public double loss() {
        return loss;
    }

    public double learningRate() {
        return learningRate;
    }

    /** Largest absolute value in the gradient; NaN or infinite when the gradient itself is not finite. */
    public double largestGradient() {
        return largestGradient;
    }
}
