package dev.firn.training.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** One digest over the digests of all inputs, in the order in which they are read. */
final class InputDigest {
    private final MessageDigest digest = TextDigest.sha256();

    /** Adds an input under a name that does not depend on where it lies. */
    void add(String name, byte[] contentDigest) {
        digest.update((name.length() + ":" + name).getBytes(StandardCharsets.UTF_8));
        digest.update(contentDigest);
    }

    String finish() {
        return TextDigest.hex(digest.digest());
    }
}
