package dev.firn.training.data;

import java.io.IOException;

/** Takes what training may learn from. */
interface TrainingSink {
    /** A pair of a source. */
    void pair(String source, String language, LanguageText query, LanguageText document) throws IOException;

    /**
     * A hard negative that the data name, which is also a text.
     *
     * @param score NaN where there is none
     * @param lowestPositiveScore of the positives that it was given with; NaN where there is none
     */
    void negative(String source, LanguageText query, LanguageText document, float score, float lowestPositiveScore)
            throws IOException;

    /** A text that need not be in a pair. */
    void text(LanguageText text) throws IOException;
}
