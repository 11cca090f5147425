package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * An object of an object store, or all whose keys begin alike: {@code s3://bucket/key}.
 *
 * @param key without a slash at its end; empty for the whole bucket
 */
public record ObjectLocation(String bucket, String key) {
    private static final String SCHEME = "s3://";
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    public ObjectLocation {
        requireNonNull(bucket, "bucket is null");
        requireNonNull(key, "key is null");
    }

    /** Whether a text means to be one. */
    public static boolean names(String text) {
        return text.startsWith(SCHEME);
    }

    /**
     * Reads a location. Keys that could not be told apart as paths of files are refused.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static ObjectLocation parse(String text) {
        String rest = names(text) ? text.substring(SCHEME.length()) : "";
        int slash = rest.indexOf('/');
        String bucket = slash < 0 ? rest : rest.substring(0, slash);
        String key = slash < 0 ? "" : rest.substring(slash + 1).replaceFirst("/$", "");
        boolean plain = key.isEmpty()
                || Arrays.stream(key.split("/", -1))
                        .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (!BUCKET.matcher(bucket).matches() || !plain || key.chars().anyMatch(character -> character < ' ')) {
            throw new IllegalArgumentException("'" + text + "' is not s3://bucket or s3://bucket/key");
        }
        return new ObjectLocation(bucket, key);
    }

    /** Whether this is another location, or lies below it. */
    public boolean within(ObjectLocation other) {
        return bucket.equals(other.bucket)
                && (other.key.isEmpty() || key.equals(other.key) || key.startsWith(other.key + "/"));
    }

    @Override
    public String toString() {
        return SCHEME + bucket + (key.isEmpty() ? "" : "/" + key);
    }
}
