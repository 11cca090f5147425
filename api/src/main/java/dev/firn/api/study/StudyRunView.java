package dev.firn.api.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A run of a study as clients see it.
 *
 * @param label what distinguishes it, for people
 * @param coordinates what distinguishes it, by the names of what is varied
 * @param languages that pretraining and finetuning learn from
 * @param continues the place of the run whose pretraining it goes on from; null for none
 * @param runId null until it was submitted
 * @param state of the run; {@code WAITING} before it was submitted, {@code REFUSED} when it could not be
 * @param failure why it failed; null unless it did
 * @param figures means of nDCG@10; none before it was evaluated
 */
public record StudyRunView(
        int position,
        String label,
        JsonNode coordinates,
        List<String> languages,
        @Nullable Integer continues,
        @Nullable UUID runId,
        String state,
        @Nullable String failure,
        List<StageState> stages,
        List<FigureView> figures) {
    public StudyRunView {
        requireNonNull(label, "label is null");
        requireNonNull(coordinates, "coordinates is null");
        languages = List.copyOf(languages);
        requireNonNull(state, "state is null");
        stages = List.copyOf(stages);
        figures = List.copyOf(figures);
    }

    /** Where a stage of the run stands; {@code reusedFrom} is the run that computed it, or null. */
    @Schema(name = "StudyStageState")
    public record StageState(
            String name, String state, @Nullable UUID reusedFrom) {}

    /**
     * A mean of nDCG@10 over evaluation sets.
     *
     * @param weights {@code untrained}, {@code initialised}, {@code pretrained}, {@code finetuned} or {@code bm25}
     * @param kind {@code own} or {@code cross}
     * @param languages {@code all}, {@code trained} or {@code untrained}
     * @param sets over how many
     */
    @Schema(name = "StudyFigure")
    public record FigureView(String weights, String kind, String languages, double ndcg10, int sets) {}
}
