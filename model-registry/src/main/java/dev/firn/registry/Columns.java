package dev.firn.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Reading columns of a result as the registry's types; and documents on their way in. */
public final class Columns {
    private static final JsonMapper JSON = new JsonMapper();

    private Columns() {}

    /** A column of type uuid that is never null. */
    public static UUID id(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    /** A column of type uuid. */
    public static Optional<UUID> optionalId(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, UUID.class));
    }

    /** A column with a digest's bytes that is never null. */
    public static Digest digest(ResultSet row, String column) throws SQLException {
        return Digest.fromBytes(row.getBytes(column));
    }

    /** A column with a digest's bytes. */
    public static Optional<Digest> optionalDigest(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getBytes(column)).map(Digest::fromBytes);
    }

    /** A column with text. */
    public static Optional<String> optionalText(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    /** A column of type bigint. */
    public static OptionalLong optionalLong(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** A column of type timestamptz that is never null. */
    public static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** A column of type timestamptz. */
    public static Optional<Instant> optionalInstant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** A column of type jsonb that is never null. */
    public static JsonNode document(ResultSet row, String column) throws SQLException {
        return parse(row.getString(column));
    }

    /** A column of type jsonb. */
    public static Optional<JsonNode> optionalDocument(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Columns::parse);
    }

    /** The text of a document, for {@code cast(:name as jsonb)}; null for nothing. */
    public static String text(Optional<JsonNode> document) {
        return document.map(Columns::text).orElse(null);
    }

    /** The text of a document, for {@code cast(:name as jsonb)}. */
    public static String text(JsonNode document) {
        try {
            return JSON.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a document", e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database gave a document that is not JSON", e);
        }
    }
}
