package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Named;

/** Who looks at a page, for its template: {@code {inject:visitor.pageToken}}. */
@Named("visitor")
@RequestScoped
public class Visitor {
    private final RoutingContext context;
    private final Caller caller;
    private final Authentication authentication;

    public Visitor(RoutingContext context, Caller caller, Authentication authentication) {
        this.context = requireNonNull(context, "context is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.authentication = requireNonNull(authentication, "authentication is null");
    }

    /** What the page sends with every change, see {@link PageToken}. */
    public String getPageToken() {
        return PageToken.forPage(context.request());
    }

    /** Whether the person can sign out. */
    public boolean isSignedIn() {
        return caller.name().isPresent();
    }

    /** The person's name; empty when nobody is asked for one. */
    public String getName() {
        return caller.name().orElse("");
    }

    /** Whether the person may do everything: an administrator, or anybody where no token is asked for. */
    public boolean isAdministrator() {
        return !authentication.required()
                || caller.identity()
                        .filter(identity -> identity.role() == AccessRole.ADMIN)
                        .isPresent();
    }
}
