package dev.firn.api.security;

import dev.firn.registry.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens that a server accepts. Without any, it asks for none and serves loopback only. */
public final class ApiTokens {
    /** The environment's variable that names them. */
    public static final String VARIABLE = "FIRN_API_TOKENS";

    /** No tokens. */
    public static final ApiTokens NONE = new ApiTokens(List.of());

    private static final Pattern ENTRY = Pattern.compile("([^:/\\s]+):([^:/\\s]+)/([^:/\\s]+)");
    /** What the name of a token's holder is. */
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}");

    private static final String FORM = "NAME:SHA256/ROLE";

    private final List<ApiToken> tokens;

    private ApiTokens(List<ApiToken> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    /**
     * Reads the configuration: entries {@code NAME:SHA256/ROLE}, separated by commas; or the absolute path of a file with
     * one on each line, where empty lines and lines that begin with {@code #} count for nothing.
     *
     * @throws IllegalArgumentException naming the first entry that is wrong, but for its digest, or why the file cannot be
     *     read
     */
    public static ApiTokens parse(String configured) {
        String text = configured.strip();
        if (text.isEmpty()) {
            return NONE;
        }
        List<ApiToken> tokens = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<Digest> digests = new HashSet<>();
        int number = 0;
        for (String line : text.startsWith("/") ? lines(Path.of(text)) : List.of(text.split(",", -1))) {
            number++;
            String entry = line.strip();
            if (text.startsWith("/") && (entry.isEmpty() || entry.startsWith("#"))) {
                continue;
            }
            ApiToken token = token(entry, number);
            if (!names.add(token.name()) || !digests.add(token.digest())) {
                throw wrong(number, "has the name or the token of one before it");
            }
            tokens.add(token);
        }
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException(VARIABLE + ": " + text + " holds no token");
        }
        return new ApiTokens(tokens);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(VARIABLE + ": the file " + file + " cannot be read (" + e + ")", e);
        }
    }

    private static ApiToken token(String entry, int number) {
        Matcher matcher = ENTRY.matcher(entry);
        if (!matcher.matches()) {
            throw wrong(number, "is not " + FORM);
        }
        if (!NAME.matcher(matcher.group(1)).matches()) {
            throw wrong(number, "has a name that does not match " + NAME);
        }
        AccessRole role = AccessRole.of(matcher.group(3))
                .orElseThrow(() -> wrong(number, "has a role that is none of " + AccessRole.words()));
        try {
            return new ApiToken(matcher.group(1), new Digest(matcher.group(2)), role);
        } catch (IllegalArgumentException e) {
            throw wrong(number, "has no SHA-256 (64 lower-case hexadecimal digits) after its name");
        }
    }

    private static IllegalArgumentException wrong(int number, String what) {
        return new IllegalArgumentException(VARIABLE + ": entry " + number + " " + what + "; the form is " + FORM
                + ", and ./firn token NAME ROLE makes one");
    }

    /** Whether a token is asked for at all. */
    public boolean required() {
        return !tokens.isEmpty();
    }

    /** The token that was presented, if it is one of these. Takes the same time whichever it is. */
    public Optional<ApiToken> find(String presented) {
        byte[] digest = Digest.of(presented.getBytes(StandardCharsets.UTF_8)).toBytes();
        Optional<ApiToken> found = Optional.empty();
        for (ApiToken token : tokens) {
            if (MessageDigest.isEqual(digest, token.digest().toBytes())) {
                found = Optional.of(token);
            }
        }
        return found;
    }
}
