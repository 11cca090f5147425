package dev.firn.registry;

/** A cursor that no page ever gave. */
public class InvalidCursorException extends RegistryException {
    private static final long serialVersionUID = 1;

    public InvalidCursorException(String cursor, Throwable cause) {
        super("'" + cursor + "' is not a cursor of this listing", cause);
    }
}
