package dev.firn.api.security;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which role a request needs. */
public final class AccessRules {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Pattern OPEN =
            Pattern.compile("/q/health(/.*)?|" + LoginCookie.PATH + "|/logout|/assets/.*|/webjars/.*");
    private static final Pattern OF_ADMINISTRATORS =
            Pattern.compile("/api/gc/*|/api/models/[^/]+/(import|aliases/[^/]+)/*");
    private static final Pattern PIN = Pattern.compile("/api/checkpoints/[^/]+/pin/*");

    private AccessRules() {}

    /**
     * The least role that may; nothing when anybody may, without a token.
     *
     * @param path decoded and without {@code ..}, as the router matches it
     */
    public static Optional<AccessRole> required(String method, String path) {
        if (OPEN.matcher(path).matches()) {
            return Optional.empty();
        }
        if (READING.contains(method) || path.equals("/v1/embeddings")) {
            return Optional.of(AccessRole.VIEWER);
        }
        boolean deleting = method.equals("DELETE") && !PIN.matcher(path).matches();
        if (deleting || OF_ADMINISTRATORS.matcher(path).matches()) {
            return Optional.of(AccessRole.ADMIN);
        }
        return Optional.of(AccessRole.EDITOR);
    }
}
