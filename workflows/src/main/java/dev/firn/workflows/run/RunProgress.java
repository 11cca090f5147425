package dev.firn.workflows.run;

import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run's workflow has done.
 *
 * @param current the stage under way, or null
 */
public record RunProgress(@Nullable Stage current, List<StageOutcome> finished) {
    public RunProgress {
        finished = List.copyOf(finished);
    }
}
