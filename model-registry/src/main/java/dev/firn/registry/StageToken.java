package dev.firn.registry;

import static java.util.Objects.requireNonNull;

import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The right to write results of a stage, as taken by {@code StageStore.begin}. It ends when somebody else begins the
 * same stage, or when the stage ends.
 *
 * @param executionId the stage execution
 * @param runId its run
 * @param stage the stage's name
 * @param fence the value that the execution's fence must still have
 */
public record StageToken(UUID executionId, UUID runId, String stage, long fence) {

    public StageToken {
        requireNonNull(executionId, "executionId is null");
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
    }

    /**
     * Holds the stage execution as it is until the caller's transaction ends: nobody can begin it meanwhile.
     *
     * @throws StaleFenceException when the token has ended
     */
    public void require(Handle transaction) {
        boolean current = transaction
                .createQuery("""
                        select 1 from stage_execution
                        where id = :id and fence = :fence and state = 'RUNNING'
                        for share""")
                .bind("id", executionId)
                .bind("fence", fence)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!current) {
            throw new StaleFenceException(this);
        }
    }
}
