package dev.firn.activities.stage;

import java.io.IOException;

/** A stage whose work is divided, so that several workers can do it side by side. */
interface DividedStage {
    /**
     * Opens what the work needs. The same run gives the same division, wherever it is opened.
     *
     * @throws PermanentFailure when trying again cannot help
     */
    DividedWork open(StageContext context) throws IOException;
}
