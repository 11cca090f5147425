package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A version of a model; it never changes.
 *
 * @param dimension the width of its embeddings
 * @param metrics what was measured when it was registered
 * @param archivedAt when it was archived; null when it was not
 * @param tags what people say of it: values by tag
 * @param files the files of its folder; empty in listings
 */
public record ModelVersion(
        String name,
        int version,
        String runId,
        Instant createdAt,
        Integer dimension,
        JsonNode metrics,
        Instant archivedAt,
        List<String> aliases,
        Map<String, String> tags,
        List<File> files) {

    public ModelVersion {
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        tags = tags == null ? Map.of() : new TreeMap<>(tags);
        files = files == null ? List.of() : List.copyOf(files);
    }

    /** A file of the model's folder; {@code name} may hold slashes. */
    public record File(String name, long bytes, String sha256) {}
}
