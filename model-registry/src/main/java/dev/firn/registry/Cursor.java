package dev.firn.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * The key of the last item of a page. Encoded it is opaque to clients and safe in an address.
 *
 * @param key the key
 */
public record Cursor(String key) {

    public Cursor {
        requireNonNull(key, "key is null");
    }

    /** A cursor over ids. */
    public static Cursor of(UUID id) {
        return new Cursor(id.toString());
    }

    /** A cursor over numbers. */
    public static Cursor of(long id) {
        return new Cursor(Long.toString(id));
    }

    /** The cursor for clients. */
    public String encoded() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(UTF_8));
    }

    /**
     * The key in a client's cursor; nothing where there is none.
     *
     * @throws InvalidCursorException when it is not one of ours
     */
    public static Optional<String> key(PageRequest page) {
        return page.cursor().map(Cursor::decode);
    }

    /**
     * The id in a client's cursor; nothing where there is none.
     *
     * @throws InvalidCursorException when it is not one of ours
     */
    public static Optional<UUID> id(PageRequest page) {
        return page.cursor().map(encoded -> {
            try {
                return UUID.fromString(decode(encoded));
            } catch (IllegalArgumentException e) {
                throw new InvalidCursorException(encoded, e);
            }
        });
    }

    /**
     * The number in a client's cursor; nothing where there is none.
     *
     * @throws InvalidCursorException when it is not one of ours
     */
    public static Optional<Long> number(PageRequest page) {
        return page.cursor().map(encoded -> {
            try {
                return Long.valueOf(decode(encoded));
            } catch (NumberFormatException e) {
                throw new InvalidCursorException(encoded, e);
            }
        });
    }

    private static String decode(String encoded) {
        try {
            return new String(Base64.getUrlDecoder().decode(encoded), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidCursorException(encoded, e);
        }
    }
}
