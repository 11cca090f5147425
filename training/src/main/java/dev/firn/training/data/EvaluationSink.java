package dev.firn.training.data;

import java.io.IOException;

/** Takes the files of evaluation sets. */
interface EvaluationSink {
    /** Where the next set goes. */
    EvaluationWriter begin(String name, EvaluationKind kind, String queryLanguage, String documentLanguage)
            throws IOException;
}
