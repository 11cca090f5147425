package dev.firn.api.wiring;

import dev.firn.api.boot.Role;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Where the parts of Firn are; set by {@link dev.firn.api.boot}. */
@ConfigMapping(prefix = "firn")
public interface FirnConfiguration {
    /** The folder with everything that Firn keeps. */
    Path home();

    /** What this process does. */
    @WithDefault("all")
    Role role();

    /** The class of workers that this process's worker belongs to; {@code FIRN_COMPUTE_CLASS}. */
    @WithDefault("cpu")
    String computeClass();

    /** How much memory loaded models for {@code /v1/embeddings} may hold, in bytes. */
    @WithDefault("2000000000")
    long embeddingMemory();

    /** How much memory vectors of evaluation sets that are searched in may hold, in bytes. */
    @WithDefault("200000000")
    long searchMemory();

    /** How many threads a model uses to embed; half of the processors when not given. */
    OptionalInt embeddingThreads();

    /** How much the local copies of stored files may hold, in bytes. */
    @WithDefault("20000000000")
    long cacheBytes();

    /** The tokens that requests must carry, as {@link dev.firn.api.security.ApiTokens} reads them; nothing: none. */
    Optional<String> apiTokens();

    /** The folders that specifications may name files in, see {@link dev.firn.activities.submission.DataFolders}. */
    Optional<String> dataFolders();

    /**
     * The object store that data are read from, {@code FIRN_DATA_S3_ENDPOINT}, {@code _ACCESS_KEY}, {@code _SECRET_KEY} and {@code
     * _REGION}; nothing: the one that Firn keeps its files in, in other buckets.
     */
    Optional<DataS3> dataS3();

    /** How many requests a second a caller may send; 0: any number. */
    OptionalInt rateLimit();

    /**
     * Receivers of messages on this machine and in private networks that may be told of runs and aliases, each a host with a port or
     * without; {@code FIRN_WEBHOOK_ALLOW}.
     */
    Optional<List<String>> webhookAllow();

    /** The OpenID Connect provider whose users may; nothing: none. Set by {@link dev.firn.api.security.OidcSettings}. */
    Optional<URI> oidcIssuer();

    /** Whether its users can sign in at the page. */
    @WithDefault("false")
    boolean oidcSignIn();

    /** What its roles are here. */
    Optional<String> oidcRoles();

    /** The OTLP collector that traces go to; nothing: none are made. */
    Optional<URI> otelEndpoint();

    /** How much may be stored, in bytes; no bound when not given. */
    OptionalLong storageQuota();

    /** The object store. */
    S3 s3();

    /** Temporal. */
    Temporal temporal();

    /** An object store that speaks S3. */
    interface S3 {
        URI endpoint();

        String accessKey();

        String secretKey();

        String bucket();

        String region();
    }

    /** An object store that is only read from. */
    interface DataS3 {
        URI endpoint();

        String accessKey();

        String secretKey();

        /** Nothing: us-east-1. A default would make the whole store be wanted. */
        Optional<String> region();
    }

    /** A Temporal service. */
    interface Temporal {
        String address();

        String namespace();

        @WithDefault("false")
        boolean tls();

        Optional<String> apiKey();
    }
}
