package dev.firn.training.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/** The first 128 bits of the SHA-256 of a text: what stands for it on the heap. */
record TextDigest(long high, long low) {
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(TextDigest::sha256);

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    static TextDigest of(String text) {
        byte[] digest = SHA_256.get().digest(text.getBytes(StandardCharsets.UTF_8));
        return new TextDigest(number(digest, 0), number(digest, 8));
    }

    /** Of two texts in their order. */
    static TextDigest of(String first, String second) {
        return of(first.length() + ":" + first + second);
    }

    /** The same for texts that differ only in case, white space, or Unicode's compatible spellings. */
    static TextDigest ofMeaning(String text) {
        return of(normalized(text));
    }

    /** A text without what {@link #ofMeaning} looks over. */
    static String normalized(String text) {
        String composed = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return WHITE_SPACE.matcher(composed.strip()).replaceAll(" ");
    }

    private static long number(byte[] bytes, int from) {
        long number = 0;
        for (int i = from; i < from + 8; i++) {
            number = (number << 8) | (bytes[i] & 0xff);
        }
        return number;
    }
}
