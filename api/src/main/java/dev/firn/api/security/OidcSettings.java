package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An OpenID Connect provider whose users may use the server.
 *
 * @param issuer the provider's issuer, under which its discovery document lies
 * @param clientId what the provider calls this server; tokens must be meant for it
 * @param clientSecret the provider's secret for it; without one programs send tokens, and nobody signs in at the page
 * @param rolesClaim the claim that holds a user's roles or groups, with {@code /} between nested names
 * @param roles what the provider's roles are here
 */
public record OidcSettings(
        URI issuer, String clientId, Optional<String> clientSecret, String rolesClaim, Map<String, AccessRole> roles) {
    /** The environment's variables. */
    public static final String ISSUER = "FIRN_OIDC_ISSUER";

    static final String CLIENT_ID = "FIRN_OIDC_CLIENT_ID";
    static final String CLIENT_SECRET = "FIRN_OIDC_CLIENT_SECRET";
    static final String ROLES_CLAIM = "FIRN_OIDC_ROLES_CLAIM";
    static final String ROLES = "FIRN_OIDC_ROLES";

    /** Where the provider sends a person back to; part of what is registered with it. */
    public static final String PATH = "/login/oidc";

    /** Quarkus's name for the provider when a person's browser speaks TLS. */
    static final String BEHIND_TLS = "behind-tls";

    private static final String USUAL_CLAIM = "groups";
    private static final String USUAL_ROLES = "viewer=viewer,operator=operator,admin=admin";
    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s?#]+");

    public OidcSettings {
        requireNonNull(issuer, "issuer is null");
        requireNonNull(clientId, "clientId is null");
        requireNonNull(clientSecret, "clientSecret is null");
        requireNonNull(rolesClaim, "rolesClaim is null");
        roles = Map.copyOf(roles);
    }

    /**
     * Reads the environment.
     *
     * @return nothing when no issuer is named
     * @throws IllegalArgumentException naming the variable that is wrong or missing, without the secret
     */
    public static Optional<OidcSettings> read(Map<String, String> environment) {
        Optional<String> issuer = value(environment, ISSUER);
        if (issuer.isEmpty()) {
            return Optional.empty();
        }
        if (!ADDRESS.matcher(issuer.get()).matches()) {
            throw new IllegalArgumentException(
                    ISSUER + " must be the http or https address of an issuer, is '" + issuer.get() + "'");
        }
        String clientId = value(environment, CLIENT_ID)
                .orElseThrow(() -> new IllegalArgumentException(
                        ISSUER + " is set, but " + CLIENT_ID + ", the provider's name for this server, is not"));
        return Optional.of(new OidcSettings(
                URI.create(issuer.get()),
                clientId,
                value(environment, CLIENT_SECRET),
                value(environment, ROLES_CLAIM).orElse(USUAL_CLAIM),
                roles(value(environment, ROLES).orElse(USUAL_ROLES))));
    }

    /** What the roles of a provider are here: {@code theirs=ours,…}. */
    static Map<String, AccessRole> roles(String configured) {
        Map<String, AccessRole> roles = new LinkedHashMap<>();
        for (String entry : configured.split(",", -1)) {
            int place = entry.lastIndexOf('=');
            Optional<AccessRole> role = place < 1
                    ? Optional.empty()
                    : AccessRole.of(entry.substring(place + 1).strip());
            if (role.isEmpty()) {
                throw new IllegalArgumentException(ROLES + " must be THEIRS=OURS,... where OURS is one of "
                        + AccessRole.words() + "; '" + entry.strip() + "' is not");
            }
            roles.put(entry.substring(0, place).strip(), role.get());
        }
        return roles;
    }

    /** What Quarkus is told. */
    public Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("firn.oidc-issuer", issuer.toString());
        properties.put("firn.oidc-sign-in", Boolean.toString(clientSecret.isPresent()));
        StringBuilder mapping = new StringBuilder();
        roles.forEach((theirs, ours) -> mapping.append(mapping.isEmpty() ? "" : ",")
                .append(theirs)
                .append('=')
                .append(ours.word()));
        properties.put("firn.oidc-roles", mapping.toString());
        provider("quarkus.oidc.", properties);
        if (clientSecret.isPresent()) {
            // What stands before the server may speak TLS: then the provider is given an address with https
            provider("quarkus.oidc." + BEHIND_TLS + ".", properties);
            properties.put("quarkus.oidc." + BEHIND_TLS + ".authentication.force-redirect-https-scheme", "true");
            properties.put("quarkus.oidc." + BEHIND_TLS + ".authentication.cookie-force-secure", "true");
        }
        return properties;
    }

    private void provider(String prefix, Map<String, String> properties) {
        properties.put(prefix + "tenant-enabled", "true");
        properties.put(prefix + "auth-server-url", issuer.toString());
        properties.put(prefix + "client-id", clientId);
        properties.put(prefix + "token.audience", clientId);
        // A token whose key is unknown makes the server ask for the provider's keys, but no oftener
        properties.put(prefix + "token.forced-jwk-refresh-interval", "10S");
        // What is not signed with one of its keys is refused, and asked nobody about
        properties.put(prefix + "token.allow-jwt-introspection", "false");
        properties.put(prefix + "token.allow-opaque-token-introspection", "false");
        properties.put(prefix + "roles.role-claim-path", rolesClaim);
        properties.put(prefix + "application-type", clientSecret.isPresent() ? "hybrid" : "service");
        clientSecret.ifPresent(secret -> {
            properties.put(prefix + "credentials.secret", secret);
            // Who knows the secret knows these: so every replica can read what another one put into a person's cookies
            properties.put(prefix + "authentication.state-secret", derived("state", secret));
            properties.put(prefix + "token-state-manager.encryption-secret", derived("session", secret));
            properties.put(prefix + "authentication.pkce-required", "true");
            properties.put(prefix + "authentication.nonce-required", "true");
            properties.put(prefix + "authentication.redirect-path", PATH);
            properties.put(prefix + "authentication.restore-path-after-redirect", "true");
        });
    }

    private static String derived(String what, String secret) {
        return Digest.of(("firn " + what + "\n" + secret).getBytes(StandardCharsets.UTF_8))
                .hex()
                .substring(0, 32);
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "OidcSettings[issuer=" + issuer + ", clientId=" + clientId + "]";
    }
}
