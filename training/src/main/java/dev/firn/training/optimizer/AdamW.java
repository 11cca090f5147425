package dev.firn.training.optimizer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Kernels;
import dev.firn.training.kernels.Kernels.AdamWStep;
import dev.firn.training.kernels.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * AdamW over all parameters of a layout, with clipping by the norm of the whole gradient.
 *
 * <p>Of the word table, only the memory that can change is gone through: gradients of rows that the step touched, moments of rows
 * that were ever touched. The bits are those of going through everything.
 */
public final class AdamW implements AutoCloseable {
    // The norm is summed over runs of this many values in their order, whatever the number of threads
    private static final int NORM_RUN = 1 << 16;

    private final AdamWSettings settings;
    private final ComputeContext context;
    private final List<Run> runs = new ArrayList<>();
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final double[] squares;
    private final long tableFrom;
    private final long tableTo;
    private final int tableWidth;
    private final TouchedRows everyRow;
    // Rows of the word table whose moments may be other than 0
    private final boolean[] moving;

    /** Consecutive values that are all decayed, or none of them. */
    private record Run(long from, long to, boolean decayed) {}

    /** What a row of the word table needs in a step. */
    private enum RowUpdate {
        FULL,
        WITHOUT_GRADIENT,
        DECAY_ONLY,
        NONE
    }

    public AdamW(ParameterLayout layout, AdamWSettings settings, ComputeContext context) {
        this.settings = requireNonNull(settings, "settings is null");
        this.context = requireNonNull(context, "context is null");
        Parameter table = layout.parameter("embeddings.word_embeddings.weight");
        this.tableFrom = table.offset();
        this.tableTo = tableFrom + table.length();
        this.tableWidth = Math.toIntExact(table.shape().get(1));
        int tableRows = Math.toIntExact(table.shape().get(0));
        this.moving = new boolean[tableRows];
        this.everyRow = new TouchedRows(tableRows);
        everyRow.addAll();
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
        this.firstMoment = context.memory().tensor(1, length);
        this.secondMoment = context.memory().tensor(1, length);
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

    /** To be called when something else has written to the moments. */
    public void momentsReplaced() {
        context.parallel(part -> {
            int to = (int) context.split(moving.length, part + 1);
            for (int row = (int) context.split(moving.length, part); row < to; row++) {
                moving[row] = hasBits(firstMoment, row) || hasBits(secondMoment, row);
            }
        });
    }

    /** Whether a bit is set: a negative 0 is not what a row that was never touched has. */
    private boolean hasBits(Tensor moment, int row) {
        MemorySegment segment = moment.segment();
        long from = (tableFrom + (long) row * tableWidth) * Float.BYTES;
        for (long at = from; at < from + (long) tableWidth * Float.BYTES; at += Float.BYTES) {
            if (segment.get(ValueLayout.JAVA_INT_UNALIGNED, at) != 0) {
                return true;
            }
        }
        return false;
    }

    /** {@link #norm(Tensor, TouchedRows)} of a gradient that may be anything anywhere. */
    public double norm(Tensor gradients) {
        return norm(gradients, everyRow);
    }

    /**
     * Euclidean norm of the whole gradient; NaN or infinite when a value is.
     *
     * @param touched the rows of the word table outside which its gradient is 0
     */
    public double norm(Tensor gradients, TouchedRows touched) {
        context.parallel(part -> {
            int to = (int) context.split(squares.length, part + 1);
            for (int run = (int) context.split(squares.length, part); run < to; run++) {
                long from = (long) run * NORM_RUN;
                squares[run] = squares(gradients, touched, from, Math.min(from + NORM_RUN, gradients.length()));
            }
        });
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return Math.sqrt(sum);
    }

    /** The sum over one run, without the parts of it that are 0. */
    private double squares(Tensor gradients, TouchedRows touched, long from, long to) {
        if (touched.all() || to <= tableFrom || from >= tableTo) {
            return context.kernels().sumOfSquares(gradients, from, to);
        }
        double sum = 0;
        for (long first = from; first < to; first += Kernels.SQUARES_RUN) {
            long last = Math.min(first + Kernels.SQUARES_RUN, to);
            if (first < tableFrom || last > tableTo || touches(touched, first, last)) {
                sum += context.kernels().sumOfSquares(gradients, first, last);
            }
        }
        return sum;
    }

    private boolean touches(TouchedRows touched, long from, long to) {
        int last = row(to - 1);
        for (int row = row(from); row <= last; row++) {
            if (touched.contains(row)) {
                return true;
            }
        }
        return false;
    }

    private int row(long place) {
        return (int) ((place - tableFrom) / tableWidth);
    }

    /** {@link #update(Tensor, Tensor, double, double, double, long, TouchedRows)} for a gradient that may be anything anywhere. */
    public void update(
            Tensor values, Tensor gradients, double learningRate, double norm, double clipNorm, long updates) {
        update(values, gradients, learningRate, norm, clipNorm, updates, everyRow);
    }

    /**
     * Updates the parameters; the gradient is 0 afterwards.
     *
     * @param norm of the gradient; when it is above {@code clipNorm}, the gradient is scaled by {@code clipNorm / (norm + 1e-6)}
     * @param updates number of updates before this one
     * @param touched the rows of the word table outside which its gradient is 0
     */
    public void update(
            Tensor values,
            Tensor gradients,
            double learningRate,
            double norm,
            double clipNorm,
            long updates,
            TouchedRows touched) {
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
                    updateRun(values, gradients, step, run.decayed() ? decay : 0f, touched, first, last);
                }
            }
        });
        if (touched.all()) {
            Arrays.fill(moving, true);
        } else {
            for (int i = 0; i < touched.count(); i++) {
                moving[touched.row(i)] = true;
            }
        }
    }

    private void updateRun(
            Tensor values, Tensor gradients, AdamWStep step, float decay, TouchedRows touched, long from, long to) {
        long at = from;
        while (at < to) {
            long next = to;
            RowUpdate update = RowUpdate.FULL;
            if (at < tableFrom) {
                next = Math.min(to, tableFrom);
            } else if (at < tableTo && !touched.all()) {
                int row = row(at);
                update = rowUpdate(touched, row, decay);
                do {
                    row++;
                    next = Math.min(to, tableFrom + (long) row * tableWidth);
                } while (next < to && next < tableTo && rowUpdate(touched, row, decay) == update);
            }
            switch (update) {
                case FULL ->
                    context.kernels().adamW(values, gradients, firstMoment, secondMoment, step, decay, at, next);
                case WITHOUT_GRADIENT ->
                    context.kernels().adamWWithoutGradient(values, firstMoment, secondMoment, step, decay, at, next);
                case DECAY_ONLY -> context.kernels().decay(values, decay, at, next);
                case NONE -> {}
            }
            at = next;
        }
    }

    private RowUpdate rowUpdate(TouchedRows touched, int row, float decay) {
        if (touched.contains(row)) {
            return RowUpdate.FULL;
        }
        return switch (settings.embeddings()) {
            case LAZY -> RowUpdate.NONE;
            case DENSE -> {
                if (moving[row]) {
                    yield RowUpdate.WITHOUT_GRADIENT;
                }
                yield decay == 0f ? RowUpdate.NONE : RowUpdate.DECAY_ONLY;
            }
        };
    }

    @Override
    public void close() {
        firstMoment.close();
        secondMoment.close();
    }
}
