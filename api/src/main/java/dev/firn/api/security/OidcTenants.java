package dev.firn.api.security;

import dev.firn.api.wiring.FirnConfiguration;
import io.quarkus.oidc.TenantResolver;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/** Chooses between the addresses that the provider sends a person back to: with https where the browser speaks TLS. */
@Singleton
public class OidcTenants implements TenantResolver {
    private final boolean signIn;

    public OidcTenants(FirnConfiguration configuration) {
        this.signIn = configuration.oidcSignIn();
    }

    @Override
    public String resolve(RoutingContext context) {
        // Nothing means the one without https
        return signIn && Encryption.of(context.request()) ? OidcSettings.BEHIND_TLS : null;
    }
}
