package dev.firn.activities.run;

/** No worker took a request to a run in time. It may take effect later. */
public final class NoWorkerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoWorkerException(String message, Throwable cause) {
        super(message, cause);
    }
}
