package dev.firn.training.data;

import java.util.Locale;

/** Whether queries look for documents of their own language or of another. */
public enum EvaluationKind {
    OWN,
    CROSS;

    /** The word used in files and answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of a word. */
    public static EvaluationKind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
