package dev.firn.activities.stage;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How far a stage is; what is not known is null.
 *
 * @param message what is being done, for people
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record StageProgress(
        @Nullable Long step,
        @Nullable Long totalSteps,
        @Nullable Double loss,
        @Nullable Double tokensPerSecond,
        @Nullable Double secondsLeft,
        String message) {

    /** How the message begins while there is no room for what the stage has to store. */
    public static final String WAITING_FOR_ROOM = "waiting for room";

    /** Some of something countable. */
    static StageProgress counted(String message, long done, long total) {
        return new StageProgress(done, total > 0 ? total : null, null, null, null, message);
    }
}
