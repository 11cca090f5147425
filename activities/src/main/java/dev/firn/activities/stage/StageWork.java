package dev.firn.activities.stage;

import dev.firn.registry.run.StageOutput;
import java.io.IOException;
import java.util.List;

/** What one stage does. */
interface StageWork {
    /**
     * Does the stage's work and publishes its outputs.
     *
     * @throws PermanentFailure when trying again cannot help
     * @throws IOException when it may
     */
    List<StageOutput> perform(StageContext context) throws IOException;
}
