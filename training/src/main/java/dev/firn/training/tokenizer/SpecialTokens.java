package dev.firn.training.tokenizer;

import java.util.List;

/** Ids of the tokens with a meaning of their own; {@code begin} is also what is pooled, {@code end} closes. */
public record SpecialTokens(int begin, int padding, int end, int unknown, int mask) {
    /** All of them. */
    public List<Integer> all() {
        return List.of(begin, padding, end, unknown, mask);
    }
}
