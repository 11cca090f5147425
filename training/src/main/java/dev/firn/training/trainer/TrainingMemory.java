package dev.firn.training.trainer;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.kernels.AvailableMemory;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The memory that a training takes when it is opened, and holds until it is closed. It is counted by building the training in a
 * {@linkplain ComputeContext#counting() context that counts}, so that it cannot differ from what is taken.
 *
 * <p>Limits: what does not grow with these settings is left out (code, the threads' stacks, the buffers of OpenBLAS and of reading and
 * writing, numbers kept for each word of the vocabulary), and so are the texts and pairs, which are mapped files.
 *
 * @param parameterBytes weights, gradients, both moments, and copies of weights and moments for a checkpoint that is being written
 * @param activationBytes what follows {@code chunkTokens}: activations and their gradients, the scores of masked words
 * @param batchBytes what follows the size of the batch: its tokens, vectors and scores
 * @param remedies what makes it less, for people; the parts with the most to gain first
 */
public record TrainingMemory(long parameterBytes, long activationBytes, long batchBytes, List<String> remedies) {
    public TrainingMemory {
        remedies = List.copyOf(remedies);
    }

    /**
     * What a contrastive training takes.
     *
     * @param negativesPerPair of the source with the most
     */
    public static TrainingMemory contrastive(
            EncoderConfiguration configuration, ContrastiveSettings settings, int negativesPerPair, int threads) {
        return contrastive(configuration, settings, negativesPerPair, ComputeContext.counting(threads));
    }

    /** What masked language modelling takes. */
    public static TrainingMemory maskedLanguage(
            EncoderConfiguration configuration, MaskedLanguageSettings settings, int threads) {
        return maskedLanguage(configuration, settings, ComputeContext.counting(threads));
    }

    /** @param context one that counts */
    static TrainingMemory contrastive(
            EncoderConfiguration configuration,
            ContrastiveSettings settings,
            int negativesPerPair,
            ComputeContext context) {
        ParameterLayout layout = new ParameterLayout(configuration, false);
        Memory memory = context.memory();
        Tensor values = memory.tensor(1, Math.toIntExact(layout.length()));
        try (TrainedParameters parameters =
                new TrainedParameters(layout, values, settings.optimization().adamW(), context)) {
            long parameterBytes = memory.taken();
            try (ContrastiveWorkspace workspace = new ContrastiveWorkspace(
                    layout, values, parameters.gradients(), settings, negativesPerPair, context)) {
                long batchBytes = memory.taken() - parameterBytes - workspace.activationBytes();
                int longest = Math.max(settings.queryTokens(), settings.documentTokens());
                return new TrainingMemory(
                        parameterBytes,
                        workspace.activationBytes(),
                        batchBytes,
                        remedies(
                                activationRemedies(
                                        workspace.chunkTokens(),
                                        longest,
                                        "queryTokens or documentTokens",
                                        settings.activationCheckpointing()),
                                workspace.activationBytes(),
                                settings.batchSize(),
                                batchBytes,
                                context.threads()));
            }
        }
    }

    /** @param context one that counts */
    static TrainingMemory maskedLanguage(
            EncoderConfiguration configuration, MaskedLanguageSettings settings, ComputeContext context) {
        ParameterLayout layout = new ParameterLayout(configuration, true);
        Memory memory = context.memory();
        Tensor values = memory.tensor(1, Math.toIntExact(layout.length()));
        try (TrainedParameters parameters =
                new TrainedParameters(layout, values, settings.optimization().adamW(), context)) {
            long parameterBytes = memory.taken();
            try (MaskedLanguageWorkspace workspace =
                    new MaskedLanguageWorkspace(layout, values, parameters.gradients(), settings, context)) {
                long batchBytes = memory.taken() - parameterBytes - workspace.activationBytes();
                return new TrainingMemory(
                        parameterBytes,
                        workspace.activationBytes(),
                        batchBytes,
                        remedies(
                                activationRemedies(
                                        workspace.chunkTokens(),
                                        settings.maximumTokens(),
                                        "maximumTokens",
                                        settings.activationCheckpointing()),
                                workspace.activationBytes(),
                                0,
                                batchBytes,
                                context.threads()));
            }
        }
    }

    private static List<String> activationRemedies(
            int chunkTokens, int longest, String longestName, boolean checkpointing) {
        List<String> remedies = new ArrayList<>();
        if (chunkTokens > longest) {
            remedies.add("set chunkTokens below " + chunkTokens);
        } else {
            remedies.add("set " + longestName + " below " + longest);
        }
        if (!checkpointing) {
            remedies.add("turn activationCheckpointing on");
        }
        return remedies;
    }

    private static List<String> remedies(
            List<String> ofActivations, long activationBytes, int batchSize, long batchBytes, int threads) {
        List<String> remedies = new ArrayList<>(ofActivations);
        if (batchSize > 1) {
            remedies.add(batchBytes > activationBytes ? 0 : remedies.size(), "set batchSize below " + batchSize);
        }
        if (threads > 1) {
            remedies.add("use fewer threads than " + threads);
        }
        remedies.add("train a smaller encoder or vocabulary");
        return remedies;
    }

    /** All of it. */
    public long bytes() {
        return parameterBytes + activationBytes + batchBytes;
    }

    /** How a training is opened. */
    @FunctionalInterface
    interface Opening {
        TrainingLoop open() throws IOException;
    }

    /**
     * Opens a training if there is the memory for it.
     *
     * @throws MemoryShortageException when there is not, or taking it fails all the same
     */
    TrainingLoop take(Opening opening) throws IOException {
        AvailableMemory available = AvailableMemory.now();
        if (bytes() > available.bytes()) {
            throw shortage(available, null);
        }
        try {
            return opening.open();
        } catch (OutOfMemoryError e) {
            throw shortage(available, e);
        }
    }

    private MemoryShortageException shortage(AvailableMemory available, OutOfMemoryError cause) {
        return new MemoryShortageException(shortageMessage(available), bytes(), available.bytes(), cause);
    }

    /** What to tell people when there is less memory than this. */
    public String shortageMessage(AvailableMemory available) {
        return "The training takes " + figure(bytes()) + " of memory (" + figure(parameterBytes)
                + " for weights, gradients, moments and their copy for a checkpoint, " + figure(activationBytes)
                + " for the activations of a chunk, " + figure(batchBytes) + " for the batch), and "
                + available.bound() + " has " + figure(available.bytes()) + " left. To make it less, "
                + String.join(", ", remedies.subList(0, remedies.size() - 1)) + " or " + remedies.getLast()
                + "; or use a machine with more memory";
    }

    private static String figure(long bytes) {
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%,.1f GB", bytes / 1e9);
    }
}
