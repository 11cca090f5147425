package dev.firn.training.measure;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * trec_eval's order of a query's documents: by score, highest first, and among equal scores by document id, highest first,
 * ids being compared byte by byte in UTF-8 ({@code strcmp}).
 */
public enum RankingOrder {
    /** Scores are rounded to 32-bit floats first, as trec_eval 9 does. */
    SINGLE,
    /** Scores are compared as 64-bit floats. */
    DOUBLE;

    /** Returns the documents, best first. */
    public List<ScoredDocument> sorted(List<ScoredDocument> documents) {
        return documents.stream().sorted(this::compare).toList();
    }

    private int compare(ScoredDocument left, ScoredDocument right) {
        int byScore = switch (this) {
            case SINGLE -> Float.compare(zeroUnsigned((float) right.score()), zeroUnsigned((float) left.score()));
            case DOUBLE -> Double.compare(right.score() + 0.0, left.score() + 0.0);
        };
        return byScore != 0 ? byScore : ofTies().compare(left.document(), right.document());
    }

    /** Makes −0 equal to 0, as C's comparison does. */
    private static float zeroUnsigned(float score) {
        return score + 0.0f;
    }

    /** Returns an order in which a document comes before all documents that an equal score would put behind it. */
    public static Comparator<String> ofTies() {
        return Comparator.<String, byte[]>comparing(id -> id.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned)
                .reversed();
    }
}
