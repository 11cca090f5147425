package dev.firn.registry.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A study, without its runs ({@link StudyStore#runs}).
 *
 * @param kind {@code transfer}, {@code languages} or {@code ablation}
 * @param specification the study's resolved specification
 * @param parallelism how many of its runs may be unfinished at once
 * @param requestedBy who asked for it
 */
public record Study(
        UUID id,
        String name,
        String kind,
        StudyState state,
        JsonNode specification,
        int parallelism,
        Optional<String> requestedBy,
        Instant createdAt,
        Optional<Instant> finishedAt) {}
