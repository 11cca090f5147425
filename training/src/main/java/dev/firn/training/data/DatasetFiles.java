package dev.firn.training.data;

import java.nio.file.Path;
import java.util.Locale;

/** Where things lie in a prepared dataset. */
final class DatasetFiles {
    static final String SUMMARY = "dataset.json";
    static final String TOKENIZER = "tokenizer";
    static final String VOCABULARY_ROWS = "vocabulary.rows";
    static final String QUERIES = "queries";
    static final String DOCUMENTS = "documents";
    static final String TEXTS = "corpus";
    static final String PAIRS = "pairs";
    static final String NEGATIVES = "negatives";

    private DatasetFiles() {}

    static Path textFile(Path folder, String table, String suffix) {
        return folder.resolve("texts").resolve(table + "." + suffix);
    }

    static Path tokenFile(Path folder, String table, String suffix) {
        return folder.resolve("tokens").resolve(table + "." + suffix);
    }

    /** The file of a source's rows; {@code kind} is that of pairs or of negatives. */
    static Path rowFile(Path folder, String kind, int index, String source) {
        return folder.resolve(kind).resolve(numbered(index, source) + "." + kind);
    }

    static Path evaluationFolder(Path folder, int index, String set) {
        return folder.resolve("evaluation").resolve(numbered(index, set));
    }

    private static String numbered(int index, String name) {
        return String.format(Locale.ROOT, "%04d-%s", index, name.replaceAll("[^A-Za-z0-9._]+", "-"));
    }
}
