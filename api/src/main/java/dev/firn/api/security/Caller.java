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

    /** The name of the token that came with the request; nothing when the server asks for none. */
    public Optional<String> name() {
        return token().map(ApiToken::name);
    }

    /** The token that came with the request; nothing when the server asks for none. */
    public Optional<ApiToken> token() {
        return Optional.ofNullable(context.get(KEY));
    }

    /** Remembers whose request it is. */
    static void remember(RoutingContext context, ApiToken token) {
        context.put(KEY, token);
    }
}
