package dev.firn.training.data;

import java.io.IOException;

/** Takes what training may learn from. */
interface TrainingSink {
    /** A pair of a source. */
    void pair(String source, String language, LanguageText query, LanguageText document) throws IOException;

    /** A text that need not be in a pair. */
    void text(LanguageText text) throws IOException;
}
