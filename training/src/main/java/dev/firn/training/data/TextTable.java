package dev.firn.training.data;

import java.util.List;

/** Different texts by row, each with the language it was first seen in. */
public interface TextTable {
    /** Number of texts. */
    int rows();

    /** A text, without prefix. */
    String text(int row);

    /** The language of a text: that of the first pair that has it. */
    String language(int row);

    /** The texts of rows {@code from} (inclusive) to {@code to} (exclusive), in their order. */
    List<String> texts(int from, int to);
}
