package dev.firn.registry;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of some bytes.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Digest(String hex) implements Comparable<Digest>, Serializable {

    /** Length of a SHA-256 in bytes. */
    public static final int BYTES = 32;

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public Digest {
        requireNonNull(hex, "hex is null");
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("a digest is 64 lower-case hexadecimal digits, not '" + hex + "'");
        }
    }

    /** The digest that these 32 bytes are. */
    public static Digest fromBytes(byte[] digest) {
        requireNonNull(digest, "digest is null");
        if (digest.length != BYTES) {
            throw new IllegalArgumentException("a digest has " + BYTES + " bytes, not " + digest.length);
        }
        return new Digest(HexFormat.of().formatHex(digest));
    }

    /** The SHA-256 of the content. */
    public static Digest of(byte[] content) {
        return fromBytes(newMessageDigest().digest(content));
    }

    /** A fresh SHA-256 computation. */
    public static MessageDigest newMessageDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The 32 bytes of the digest. */
    public byte[] toBytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
