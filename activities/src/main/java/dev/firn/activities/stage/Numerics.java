package dev.firn.activities.stage;

import dev.firn.training.numerics.NumericsFingerprint;
import java.util.Map;

/** What the bits of this process's results depend on, as it goes into stage keys and rows. */
public final class Numerics {
    private Numerics() {}

    /** The fingerprint of this process with a number of threads. */
    public static Map<String, Object> fingerprint(int threads) {
        NumericsFingerprint current = NumericsFingerprint.current(threads);
        return Map.of(
                "blasLibrary", current.blasLibrary(),
                "blasCore", current.blasCore(),
                "threads", current.threads(),
                "vectorBits", current.vectorBits());
    }
}
