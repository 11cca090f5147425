package dev.firn.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * What makes a repeated request known. A table of what is asked for keeps both in {@code idempotency_key}, which is unique, and
 * {@code body_digest}.
 *
 * @param key the caller's key
 * @param body the digest of the request's body
 */
public record Idempotency(String key, Digest body) {

    public Idempotency {
        requireNonNull(key, "key is null");
        requireNonNull(body, "body is null");
    }

    /** A key with a body of text. */
    public static Idempotency of(String key, String body) {
        return new Idempotency(key, Digest.of(body.getBytes(UTF_8)));
    }

    /** Binds {@code :idempotencyKey} and {@code :bodyDigest}, to nulls where there is none. */
    public static <S extends SqlStatement<S>> S bind(S statement, Optional<Idempotency> idempotency) {
        return statement
                .bind("idempotencyKey", idempotency.map(Idempotency::key).orElse(null))
                .bindByType("bodyDigest", idempotency.map(Idempotency::body).orElse(null), Digest.class);
    }

    /**
     * The id of what the first request with this key made.
     *
     * @param table a table that has one
     * @throws ConflictException when that request had another body
     */
    public UUID earlier(Handle handle, String table) {
        return handle.createQuery("select id from <table> where idempotency_key = :key and body_digest = :body")
                .define("table", table)
                .bind("key", key)
                .bind("body", body)
                .mapTo(UUID.class)
                .findOne()
                .orElseThrow(() ->
                        new ConflictException("the idempotency key '" + key + "' was used before with another body"));
    }
}
