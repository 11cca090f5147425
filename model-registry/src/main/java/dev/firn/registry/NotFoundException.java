package dev.firn.registry;

/** There is no such row. */
public class NotFoundException extends RegistryException {
    private static final long serialVersionUID = 1;

    public NotFoundException(String message) {
        super(message);
    }
}
