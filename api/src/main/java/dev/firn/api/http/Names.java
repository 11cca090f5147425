package dev.firn.api.http;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names and identifiers that come from outside, in paths and bodies. */
public final class Names {
    /** What a name of a run, a model, an alias or a dataset may be; it can never be a path. */
    public static final String PATTERN = "[a-z0-9][a-z0-9._-]{0,62}";

    private static final Pattern NAME = Pattern.compile(PATTERN);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern IDENTIFIER =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Names() {}

    /**
     * Gives the name back when it is one.
     *
     * @param kind what it names, for the message
     * @throws ProblemException 400 when it is not a name
     */
    public static String require(String kind, String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new ProblemException(Problem.of(
                    400,
                    "invalid-name",
                    "Not a name",
                    kind + " must match " + PATTERN,
                    List.of(new Problem.FieldError("/" + kind, "must match " + PATTERN))));
        }
        return name;
    }

    /**
     * Reads an identifier of a run or a checkpoint.
     *
     * @throws ProblemException 404 when it is none, as for one that was never given out
     */
    public static UUID identifier(String kind, String text) {
        if (!IDENTIFIER.matcher(text).matches()) {
            throw new ProblemException(Problem.notFound("No " + kind + " has the id '" + shortened(text) + "'"));
        }
        return UUID.fromString(text);
    }

    /**
     * Gives the SHA-256 digest back when it is one.
     *
     * @throws ProblemException 400 when it is not 64 lower-case hexadecimal digits
     */
    public static String digest(String text) {
        if (!DIGEST.matcher(text).matches()) {
            throw new ProblemException(
                    Problem.badRequest("'" + shortened(text) + "' is not a SHA-256 digest in lower-case hexadecimal"));
        }
        return text;
    }

    /**
     * Reads an {@code Idempotency-Key} header; null is none.
     *
     * @throws ProblemException 400 when it is not 1 to 255 visible ASCII characters
     */
    public static Optional<String> idempotencyKey(String header) {
        if (header != null && !KEY.matcher(header).matches()) {
            throw new ProblemException(Problem.badRequest("Idempotency-Key must be 1 to 255 visible ASCII characters"));
        }
        return Optional.ofNullable(header);
    }

    /** At most 80 characters of what somebody sent, without control characters, for a message. */
    public static String shortened(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", " ");
        return clean.length() <= 80 ? clean : clean.substring(0, 80) + "…";
    }
}
