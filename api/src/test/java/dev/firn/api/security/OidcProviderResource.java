package dev.firn.api.security;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** An OpenID Connect provider, what the server's environment says of it, and the fields of tests that want it. */
public final class OidcProviderResource implements QuarkusTestResourceLifecycleManager {
    /** An argument: the provider has gone when the server starts. */
    static final String AWAY = "away";

    private boolean away;
    private OidcProvider provider;

    @Override
    public void init(Map<String, String> arguments) {
        away = arguments.containsKey(AWAY);
    }

    @Override
    public Map<String, String> start() {
        provider = new OidcProvider();
        if (away) {
            provider.close();
        }
        return provider.properties();
    }

    @Override
    public void inject(TestInjector tests) {
        tests.injectIntoFields(provider, new TestInjector.MatchesType(OidcProvider.class));
    }

    @Override
    public void stop() {
        if (provider != null) {
            provider.close();
        }
    }
}
