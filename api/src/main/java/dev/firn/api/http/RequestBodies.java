package dev.firn.api.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads JSON bodies, with problems that point to what is wrong. */
@Singleton
public class RequestBodies {
    private final ObjectMapper json;

    public RequestBodies(ObjectMapper json) {
        this.json = requireNonNull(json, "json is null");
    }

    /**
     * Reads a JSON object.
     *
     * @throws ProblemException 400 when it is not the JSON of that type, or has fields that nobody reads; 413 when it is
     *     longer than {@code limit} bytes
     */
    public <T> T read(InputStream body, int limit, Class<T> type) throws IOException {
        byte[] bytes = BodyLimits.read(body, limit);
        if (bytes.length == 0) {
            throw new ProblemException(Problem.badRequest("The body is empty; a JSON object is needed"));
        }
        try {
            T value = json.readValue(bytes, type);
            if (value == null) {
                throw new ProblemException(Problem.badRequest("The body is null; a JSON object is needed"));
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new ProblemException(Problems.ofJson(e));
        }
    }

    /**
     * Reads a specification's text.
     *
     * @throws ProblemException 400 when it is not UTF-8; 413 when it is longer than {@code limit} bytes
     */
    public static String text(InputStream body, int limit) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(BodyLimits.read(body, limit)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProblemException(
                    Problem.of(400, "unreadable-specification", "The specification cannot be read", "It is not UTF-8"));
        }
    }

    /** 422 for one field that is understood and cannot be. */
    public static ProblemException refused(String pointer, String detail) {
        return new ProblemException(Problem.of(
                422, "invalid-field", "A field is refused", detail, List.of(new Problem.FieldError(pointer, detail))));
    }
}
