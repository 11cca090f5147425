package dev.firn.embedded;

/** An embedded service could not be started; the message says why and what to do. */
public class EmbeddedServiceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EmbeddedServiceException(String message) {
        super(message);
    }

    public EmbeddedServiceException(String message, Throwable cause) {
        super(message, cause);
    }
}
