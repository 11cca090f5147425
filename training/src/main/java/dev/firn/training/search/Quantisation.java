package dev.firn.training.search;

import java.util.Arrays;
import java.util.Optional;

/**
 * How the components of a stored vector are written. Only documents are quantised, since they are what is stored; queries keep
 * their 32-bit floats, and a score is the dot product of a query and what the document's codes stand for.
 */
public enum Quantisation {
    /** 32-bit floats, as they are. */
    NONE("float32", 32),
    /** 256 steps of equal size between the smallest and the largest value of the component over all documents. */
    EIGHT_BIT("int8", 8),
    /** 16 such steps. */
    FOUR_BIT("4bit", 4),
    /** The sign: a positive component stands for {@code 1/√dimension}, any other for {@code -1/√dimension}. */
    BINARY("binary", 1);

    private final String word;
    private final int bits;

    Quantisation(String word, int bits) {
        this.word = word;
        this.bits = bits;
    }

    /** The word used in files and answers. */
    public String word() {
        return word;
    }

    /** The one of a word; empty for another word. */
    public static Optional<Quantisation> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
    }

    /** Bytes that a stored vector takes; the range of each component, which all share, not counted. */
    public int bytes(int dimension) {
        return Math.ceilDiv(Math.multiplyExact(dimension, bits), Byte.SIZE);
    }

    /** Number of different codes of a component. */
    int levels() {
        return 1 << bits;
    }
}
