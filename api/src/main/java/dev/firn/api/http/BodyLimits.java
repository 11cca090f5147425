package dev.firn.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.regex.Pattern;

/** How large the body of a request may be. */
public final class BodyLimits {
    /** A specification of a run or a study: 1 MB. */
    public static final int SPECIFICATION = 1_000_000;

    /** Texts to embed: 8 MB. */
    public static final int TEXTS = 8_000_000;

    /** Everything else: 64 kB. */
    public static final int SMALL = 64_000;

    private BodyLimits() {}

    private static final Set<String> SPECIFICATIONS = Set.of("/api/runs", "/api/studies", "/runs", "/fragments/plan");
    private static final Set<String> QUESTIONS = Set.of("/v1/embeddings", "/api/search", "/try/search");
    private static final Pattern OF_ANY_SIZE = Pattern.compile("/api/models/[^/]+/import|/api/datasets/*");

    /** The limit for a path, in bytes. Models and datasets that are sent may have any size: they go to the disk as they come. */
    static long of(String path) {
        if (OF_ANY_SIZE.matcher(path).matches()) {
            return Long.MAX_VALUE;
        }
        if (SPECIFICATIONS.contains(path)) {
            return SPECIFICATION;
        }
        return QUESTIONS.contains(path) ? TEXTS : SMALL;
    }

    /**
     * Reads a body that said nothing about its length.
     *
     * @throws ProblemException 413 when it is longer than {@code limit} bytes
     */
    public static byte[] read(InputStream body, int limit) throws IOException {
        byte[] bytes = body.readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new ProblemException(Problem.tooLarge(limit));
        }
        return bytes;
    }
}
