package dev.firn.training.mining;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells which rows of a table hold the same text: equal numbers for equal texts. */
@FunctionalInterface
public interface TextIdentity {
    /** For tables that hold each text once. */
    TextIdentity OF_ROWS = row -> row;

    /** Returns the identity of a row's text. */
    int of(int row);

    /** Returns the identities of texts by row: the number of the first row with that text. */
    static TextIdentity of(List<String> texts) {
        Map<String, Integer> first = HashMap.newHashMap(texts.size());
        int[] identities = new int[texts.size()];
        for (int row = 0; row < identities.length; row++) {
            Integer known = first.putIfAbsent(texts.get(row), row);
            identities[row] = known == null ? row : known;
        }
        return row -> identities[row];
    }
}
