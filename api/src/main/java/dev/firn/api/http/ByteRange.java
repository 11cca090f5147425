package dev.firn.api.http;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of bytes of a representation (RFC 9110, section 14).
 *
 * @param first the position of the first byte
 * @param last the position of the last byte, inclusive
 */
public record ByteRange(long first, long last) {
    private static final Pattern SINGLE = Pattern.compile("bytes=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})\\s*");

    public ByteRange {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException("Not a range: " + first + " to " + last);
        }
    }

    /** The number of bytes in the range. */
    public long length() {
        return last - first + 1;
    }

    /** The value of {@code Content-Range}. */
    public String contentRange(long size) {
        return "bytes " + first + "-" + last + "/" + size;
    }

    /**
     * Reads a {@code Range} header for a representation of {@code size} bytes.
     *
     * @return nothing when there is no header, or one that is to be ignored (another unit, several ranges, not a range)
     * @throws ProblemException 416 when no byte of the representation lies in the range
     */
    public static Optional<ByteRange> parse(String header, long size) {
        if (header == null) {
            return Optional.empty();
        }
        Matcher matcher = SINGLE.matcher(header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String from = matcher.group(1);
        String to = matcher.group(2);
        if (from.isEmpty()) {
            if (to.isEmpty()) {
                return Optional.empty();
            }
            long suffix = Long.parseLong(to);
            if (suffix == 0 || size == 0) {
                throw unsatisfiable(header, size);
            }
            return Optional.of(new ByteRange(Math.max(0, size - suffix), size - 1));
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(to));
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return Optional.empty();
        }
        if (first >= size) {
            throw unsatisfiable(header, size);
        }
        return Optional.of(new ByteRange(first, last));
    }

    private static ProblemException unsatisfiable(String header, long size) {
        Problem problem = Problem.of(
                416,
                "range-not-satisfiable",
                "No such range",
                "The file has " + size + " bytes; asked was " + Names.shortened(header));
        return new ProblemException(problem, Map.of("Content-Range", "bytes */" + size));
    }
}
