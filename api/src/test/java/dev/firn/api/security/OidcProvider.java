package dev.firn.api.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/**
 * An OpenID Connect provider on loopback: discovery, keys that can be rotated, the authorization code flow with PKCE (S256) and
 * client authentication. Whoever comes to its page is at once signed in as ada.
 */
final class OidcProvider implements AutoCloseable {
    static final String CLIENT = "firn";
    static final String SECRET = "secret-of-the-client-at-its-provider";
    private static final int KEY_BITS = 2048;

    /** A code that was given out and not yet exchanged. */
    private record Grant(String redirect, String challenge, String nonce) {}

    private final HttpServer server;
    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private volatile RsaJsonWebKey key = newKey();
    private volatile String[] roles = {"researchers", "everyone"};

    OidcProvider() {
        this(0);
    }

    /** At a port; 0 for any that is free. */
    OidcProvider(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/.well-known/openid-configuration", exchange -> json(exchange, 200, discovery()));
        server.createContext("/keys", exchange -> json(exchange, 200, new JsonWebKeySet(key).toJson()));
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What a server is told of it. */
    Map<String, String> properties() {
        return new HashMap<>(OidcSettings.read(Map.of(
                        "FIRN_OIDC_ISSUER",
                        issuer(),
                        "FIRN_OIDC_CLIENT_ID",
                        CLIENT,
                        "FIRN_OIDC_CLIENT_SECRET",
                        SECRET,
                        "FIRN_OIDC_ROLES",
                        "everyone=viewer,researchers=operator,owners=admin"))
                .orElseThrow()
                .properties());
    }

    /** One that is away, and comes back at the same address. */
    OidcProvider again() {
        return new OidcProvider(server.getAddress().getPort());
    }

    static RsaJsonWebKey newKey() {
        try {
            RsaJsonWebKey made = RsaJwkGenerator.generateJwk(KEY_BITS);
            made.setKeyId(UUID.randomUUID().toString());
            made.setUse("sig");
            made.setAlgorithm(AlgorithmIdentifiers.RSA_USING_SHA256);
            return made;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on it signs with another key. */
    void rotate() {
        key = newKey();
    }

    /** What ada has from now on. */
    void giveRoles(String... given) {
        roles = given.clone();
    }

    /** The claims of a token that is right. */
    JwtClaims claims(String user, String... groups) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer());
        claims.setAudience(CLIENT);
        claims.setSubject(UUID.nameUUIDFromBytes(user.getBytes(UTF_8)).toString());
        claims.setClaim("preferred_username", user);
        claims.setStringListClaim("groups", groups);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(10);
        return claims;
    }

    String sign(JwtClaims claims) {
        return sign(claims, key);
    }

    static String sign(JwtClaims claims, RsaJsonWebKey with) {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(with.getPrivateKey());
        signature.setKeyIdHeaderValue(with.getKeyId());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private String discovery() {
        return """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token",
                 "jwks_uri":"%1$s/keys","response_types_supported":["code"],"subject_types_supported":["public"],
                 "id_token_signing_alg_values_supported":["RS256"],"code_challenge_methods_supported":["S256"],
                 "token_endpoint_auth_methods_supported":["client_secret_basic"]}
                """.formatted(issuer());
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> query = parameters(exchange.getRequestURI().getRawQuery());
        if (!CLIENT.equals(query.get("client_id"))
                || !"code".equals(query.get("response_type"))
                || !"S256".equals(query.get("code_challenge_method"))
                || query.get("redirect_uri") == null) {
            json(exchange, 400, "{\"error\":\"invalid_request\"}");
            return;
        }
        String code = UUID.randomUUID().toString();
        grants.put(code, new Grant(query.get("redirect_uri"), query.get("code_challenge"), query.get("nonce")));
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        query.get("redirect_uri") + "?code=" + code + "&state="
                                + URLEncoder.encode(query.getOrDefault("state", ""), UTF_8));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form =
                parameters(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        String expected = "Basic " + Base64.getEncoder().encodeToString((CLIENT + ":" + SECRET).getBytes(UTF_8));
        Grant grant = Optional.ofNullable(form.get("code")).map(grants::remove).orElse(null);
        if (!expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                || grant == null
                || !grant.redirect().equals(form.get("redirect_uri"))
                || !grant.challenge().equals(sha256(form.getOrDefault("code_verifier", "")))) {
            json(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        JwtClaims identity = claims("ada", roles);
        if (grant.nonce() != null) {
            identity.setClaim("nonce", grant.nonce());
        }
        json(
                exchange,
                200,
                "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"" + sign(claims("ada", roles))
                        + "\",\"id_token\":\"" + sign(identity) + "\"}");
    }

    private static String sha256(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> parameters(String encoded) {
        Map<String, String> parameters = new HashMap<>();
        List<String> pairs = encoded == null ? new ArrayList<>() : List.of(encoded.split("&", -1));
        for (String pair : pairs) {
            String[] parts = pair.split("=", 2);
            parameters.put(
                    URLDecoder.decode(parts[0], UTF_8), parts.length < 2 ? "" : URLDecoder.decode(parts[1], UTF_8));
        }
        return parameters;
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
