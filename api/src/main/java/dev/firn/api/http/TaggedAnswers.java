package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Answers with an {@code ETag}, so that a client that asks again is told 304 where nothing has changed (RFC 9110). */
@Singleton
public class TaggedAnswers {
    private static final int TAG_BYTES = 16;

    private final ObjectMapper json;

    public TaggedAnswers(ObjectMapper json) {
        this.json = requireNonNull(json, "json is null");
    }

    /** The view with its tag, which is of its content; or 304 when the request's {@code If-None-Match} names that. */
    public Response answer(Request request, Object view) {
        byte[] body;
        try {
            body = json.writeValueAsBytes(view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A view must be writable as JSON", e);
        }
        EntityTag tag = new EntityTag(digest(body), /* weak= */ true);
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        return (unchanged == null
                        ? Response.ok(new String(body, StandardCharsets.UTF_8), MediaType.APPLICATION_JSON_TYPE)
                                .tag(tag)
                        : unchanged)
                .header("Cache-Control", "no-cache")
                .build();
    }

    private static String digest(byte[] body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
            return HexFormat.of().formatHex(Arrays.copyOf(digest, TAG_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
