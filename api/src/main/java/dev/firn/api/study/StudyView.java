package dev.firn.api.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A study as clients see it.
 *
 * @param type {@code transfer}, {@code languages} or {@code ablation}
 * @param state {@code RUNNING}, {@code STOPPING}, {@code STOPPED} or {@code FINISHED}
 * @param requestedBy the name of the token that asked for it; null where none was asked for
 * @param counts what has become of its runs
 * @param runs its runs in their order; only where one study was asked for
 * @param specification the resolved study specification; only where one study was asked for
 */
public record StudyView(
        UUID id,
        String name,
        String type,
        String state,
        int parallelism,
        @Nullable String requestedBy,
        Instant createdAt,
        @Nullable Instant finishedAt,
        Counts counts,
        @JsonInclude(JsonInclude.Include.NON_NULL) List<StudyRunView> runs,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode specification) {
    public StudyView {
        requireNonNull(id, "id is null");
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(state, "state is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(counts, "counts is null");
        runs = runs == null ? null : List.copyOf(runs);
    }

    /**
     * What has become of a study's runs.
     *
     * @param failed those that could not be submitted among them
     * @param unfinished submitted, and not ended
     * @param waiting not submitted yet
     */
    @Schema(name = "StudyCounts")
    public record Counts(int runs, int succeeded, int failed, int cancelled, int unfinished, int waiting) {}
}
