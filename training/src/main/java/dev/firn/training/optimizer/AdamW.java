package dev.firn.training.optimizer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Kernels.AdamWStep;
import dev.firn.training.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/** AdamW over all parameters of a layout, with clipping by the norm of the whole gradient. */
public final class AdamW implements AutoCloseable {
    // The norm is summed over runs of this many values in their order, whatever the number of threads
    private static final int NORM_RUN = 1 << 16;

    private final AdamWSettings settings;
    private final ComputeContext context;
    private final List<Run> runs = new ArrayList<>();
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final double[] squares;

    /** Consecutive values that are all decayed, or none of them. */
    private record Run(long from, long to, boolean decayed) {}

    public AdamW(ParameterLayout layout, AdamWSettings settings, ComputeContext context) {
        this.settings = requireNonNull(settings, "settings is null");
        this.context = requireNonNull(context, "context is null");
        List<Parameter> parameters = layout.parameters();
        int first = 0;
        while (first < parameters.size()) {
            int next = first;
            while (next < parameters.size()
                    && parameters.get(next).decayed() == parameters.get(first).decayed()) {
                next++;
            }
            long to = next < parameters.size() ? parameters.get(next).offset() : layout.length();
            runs.add(new Run(
                    parameters.get(first).offset(), to, parameters.get(first).decayed()));
            first = next;
        }
        int length = Math.toIntExact(layout.length());
        this.firstMoment = Tensor.zeros(1, length);
        this.secondMoment = Tensor.zeros(1, length);
        this.squares = new double[(length + NORM_RUN - 1) / NORM_RUN];
    }

    /** Mean of the gradients, decaying; laid out as the parameters. */
    public Tensor firstMoment() {
        return firstMoment;
    }

    /** Mean of the squared gradients, decaying; laid out as the parameters. */
    public Tensor secondMoment() {
        return secondMoment;
    }

    /** Euclidean norm of the whole gradient; NaN or infinite when a value is. */
    public double norm(Tensor gradients) {
        context.parallel(part -> {
            int to = (int) context.split(squares.length, part + 1);
            for (int run = (int) context.split(squares.length, part); run < to; run++) {
                long from = (long) run * NORM_RUN;
                squares[run] =
                        context.kernels().sumOfSquares(gradients, from, Math.min(from + NORM_RUN, gradients.length()));
            }
        });
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    /**
     * Updates the parameters; the gradient is 0 afterwards.
     *
     * @param norm of the gradient; when it is above {@code clipNorm}, the gradient is scaled by {@code clipNorm / (norm + 1e-6)}
     * @param updates number of updates before this one
     */
    public void update(
            Tensor values, Tensor gradients, double learningRate, double norm, double clipNorm, long updates) {
        double clip = Math.min(1, clipNorm / (norm + 1e-6));
        double firstCorrection = 1 - StrictMath.pow(settings.beta1(), (double) (updates + 1));
        double secondCorrection = 1 - StrictMath.pow(settings.beta2(), (double) (updates + 1));
        AdamWStep step = new AdamWStep(
                (float) clip,
                (float) settings.beta1(),
                (float) (1 - settings.beta1()),
                (float) settings.beta2(),
                (float) (1 - settings.beta2()),
                (float) (learningRate / firstCorrection),
                (float) (1 / Math.sqrt(secondCorrection)),
                (float) settings.epsilon());
        float decay = (float) (learningRate * settings.weightDecay());
        context.parallel(part -> {
            long from = context.split(values.length(), part);
            long to = context.split(values.length(), part + 1);
            for (Run run : runs) {
                long first = Math.max(from, run.from());
                long last = Math.min(to, run.to());
                if (first < last) {
                    context.kernels()
                            .adamW(
                                    values,
                                    gradients,
                                    firstMoment,
                                    secondMoment,
                                    step,
                                    run.decayed() ? decay : 0f,
                                    first,
                                    last);
                }
            }
        });
    }

    @Override
    public void close() {
        firstMoment.close();
        secondMoment.close();
    }
}
