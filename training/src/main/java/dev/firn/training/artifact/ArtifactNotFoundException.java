package dev.firn.training.artifact;

/** An artifact is in no place that was looked at. */
public final class ArtifactNotFoundException extends RuntimeException {
    public ArtifactNotFoundException(String message) {
        super(message);
    }

    public ArtifactNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
