package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;

/** Who makes the request. */
@RequestScoped
public class Caller {
    private static final String KEY = Caller.class.getName();

    private final RoutingContext context;

    public Caller(RoutingContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /** The caller's name; nothing when the server asks for none. */
    public Optional<String> name() {
        return identity().map(Identity::name);
    }

    /** Who it is; nothing when the server does not ask. */
    public Optional<Identity> identity() {
        return Optional.ofNullable(context.get(KEY));
    }

    /** Remembers whose request it is. */
    static void remember(RoutingContext context, Identity identity) {
        context.put(KEY, identity);
    }
}
