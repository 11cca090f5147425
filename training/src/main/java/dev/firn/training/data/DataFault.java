package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

/**
 * Something wrong with an input.
 *
 * @param section which list of the definition it is in
 * @param index the position in that list; 0 for the tokeniser
 * @param pointer a JSON pointer to the field, relative to that element, such as {@code /files/0}; empty for all of it
 * @param message what is wrong, with file name and line where there are such
 */
public record DataFault(Section section, int index, String pointer, String message) {
    /** The part of a {@link DatasetDefinition} that a fault is in. */
    public enum Section {
        SOURCES,
        EVALUATIONS,
        TOKENIZER
    }

    public DataFault {
        requireNonNull(section, "section is null");
        requireNonNull(pointer, "pointer is null");
        requireNonNull(message, "message is null");
    }
}
