package dev.firn.activities.stage;

import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryUnavailableException;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.blob.ObjectStoreException;
import dev.firn.registry.evaluation.StaleJobException;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.trainer.MemoryShortageException;
import dev.firn.training.trainer.NonFiniteLossException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What may be done about a fault. Faults of the outside world (a store that is away, a full disk) are tried again without a limit, a
 * fault of the input is final at once, anything else is final after {@value #ATTEMPTS_AT_THE_UNKNOWN} attempts in one go.
 */
final class Faults {
    static final int ATTEMPTS_AT_THE_UNKNOWN = 3;

    private Faults() {}

    /** Whether there is no use in trying again. */
    static boolean isFinal(Exception fault, int attempt) {
        return isPermanent(fault) || (!isTransient(fault) && attempt >= ATTEMPTS_AT_THE_UNKNOWN);
    }

    /** What to tell of it. */
    static String message(Exception fault) {
        return fault.getMessage() == null ? fault.toString() : fault.getMessage();
    }

    private static boolean isPermanent(Exception fault) {
        return fault instanceof PermanentFailure
                || fault instanceof DataFaultException
                || fault instanceof NonFiniteLossException
                || fault instanceof MemoryShortageException
                || fault instanceof NotFoundException
                || fault instanceof ConflictException;
    }

    /** Whether the outside world is at fault, and may mend. */
    static boolean isTransient(Exception fault) {
        return fault instanceof IOException
                || fault instanceof UncheckedIOException
                || fault instanceof RegistryUnavailableException
                || fault instanceof ObjectStoreException
                || fault instanceof CorruptBlobException
                || fault instanceof StaleFenceException
                || fault instanceof StaleJobException;
    }
}
