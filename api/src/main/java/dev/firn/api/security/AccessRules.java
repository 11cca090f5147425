package dev.firn.api.security;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which role a request needs. What no rule names is for viewers when it reads, for operators when it changes something, and for
 * administrators when it deletes.
 */
public final class AccessRules {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Pattern OPEN = Pattern.compile(
            "/q/health(/.*)?|" + LoginCookie.PATH + "|" + OidcSettings.PATH + "|/logout|/assets/.*|/webjars/.*");
    // They change nothing; a question can be too long for an address.
    private static final Pattern READING_POST =
            Pattern.compile("/v1/embeddings/*|/api/(search|maps)/*|/try/(search|map)/*");
    private static final Pattern OF_ADMINISTRATORS =
            Pattern.compile("/api/gc/*|/api/models/[^/]+/(import|aliases/[^/]+)/*");
    private static final Pattern FOR_ADMINISTRATORS = Pattern.compile("/(api/)?(audit|tokens|webhooks)(/.*)?");
    // What an operator sets, an operator may take back.
    private static final Pattern MARK =
            Pattern.compile("/api/(checkpoints/[^/]+/pin|models/[^/]+/versions/[^/]+/(tags/[^/]+|archived))/*");

    private AccessRules() {}

    /** Whether a request reads only, whatever its method: it needs no more than a viewer, and leaves nothing behind. */
    public static boolean reads(String method, String path) {
        return READING.contains(method)
                || READING_POST.matcher(path).matches()
                || OPEN.matcher(path).matches();
    }

    /**
     * The least role that may; nothing when anybody may, without a token.
     *
     * @param path decoded and without {@code ..}, as the router matches it
     */
    public static Optional<AccessRole> required(String method, String path) {
        if (OPEN.matcher(path).matches()) {
            return Optional.empty();
        }
        if (FOR_ADMINISTRATORS.matcher(path).matches()) {
            return Optional.of(AccessRole.ADMIN);
        }
        if (reads(method, path)) {
            return Optional.of(AccessRole.VIEWER);
        }
        boolean deleting = method.equals("DELETE") && !MARK.matcher(path).matches();
        if (deleting || OF_ADMINISTRATORS.matcher(path).matches()) {
            return Optional.of(AccessRole.ADMIN);
        }
        return Optional.of(AccessRole.OPERATOR);
    }
}
