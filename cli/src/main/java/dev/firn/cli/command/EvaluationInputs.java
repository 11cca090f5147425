package dev.firn.cli.command;

import dev.firn.training.measure.MalformedLineException;
import dev.firn.training.measure.Qrels;
import dev.firn.training.measure.TrecRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the files of an evaluation; whatever is wrong with one is the user's input. */
final class EvaluationInputs {
    private EvaluationInputs() {}

    /** Reads a file. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(Path file) throws IOException;
    }

    /**
     * Reads judgements.
     *
     * @throws InputException naming the file, and the line where one is wrong
     */
    static Qrels qrels(Path file) {
        Qrels qrels = read(file, Qrels::read);
        if (qrels.queries().isEmpty()) {
            throw new InputException(file + ": is empty: it has no judgements");
        }
        return qrels;
    }

    /**
     * Reads what was retrieved.
     *
     * @throws InputException naming the file, and the line where one is wrong
     */
    static TrecRun run(Path file) {
        TrecRun run = read(file, TrecRun::read);
        if (run.queries().isEmpty()) {
            throw new InputException(file + ": is empty: nothing was retrieved");
        }
        return run;
    }

    private static <T> T read(Path file, Reader<T> reader) {
        if (Files.isDirectory(file)) {
            throw new InputException(file + " is a folder, not a file");
        }
        try {
            return reader.read(file);
        } catch (MalformedLineException e) {
            throw new InputException(e.getMessage());
        } catch (IOException e) {
            String reason = ErrorPrinter.describe(e);
            throw new InputException(reason.startsWith(file.toString()) ? reason : file + ": " + reason);
        }
    }
}
