package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** The S3 calls that blobs and data need, with errors that say what to do. */
final class ObjectStore implements AutoCloseable {
    /** Up to this size an object is put in one call; above, in parts of this size. */
    static final long PART_BYTES = 32L << 20;

    private static final int PRECONDITION_FAILED = 412;
    /** A blip is bridged here; what lasts longer is for the caller to try again. */
    private static final Set<Integer> RETRIED_STATUS = Set.of(500, 502, 503, 504);

    private static final long CONNECT_MILLISECONDS = 10_000;
    /** How long a store may keep silent within a call; its own default is minutes. */
    private static final long SILENCE_MILLISECONDS = 60_000;

    private static final long RETRY_MILLISECONDS = 200;
    private static final int RETRIES = 3;
    private static final Set<String> MISSING = Set.of("NoSuchKey", "NoSuchObject", "NotFound");
    private static final Set<String> EXISTS = Set.of("PreconditionFailed", "ConditionalRequestConflict");
    private static final Set<String> FULL = Set.of("XMinioStorageFull", "InsufficientStorage", "QuotaExceeded");
    private static final Set<String> WRONG_KEYS =
            Set.of("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed");
    private static final Set<String> BUSY =
            Set.of("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Busy", "OperationAborted");

    private static final Pattern KEY_OF_BLOB = Pattern.compile("([0-9a-f]{2})/\\1[0-9a-f]{62}");

    /** The beginning of the names of what configures the store of Firn's own files. */
    static final String OWN_VARIABLES = "FIRN_S3";

    private final ObjectStoreSettings settings;
    private final String variables;
    private final boolean ownBucket;
    private final MinioClient client;
    private volatile boolean conditionalPuts = true;

    /** Firn's own bucket. */
    ObjectStore(ObjectStoreSettings settings) {
        this(settings, OWN_VARIABLES, true);
    }

    /**
     * @param variables the beginning of the names of what configures the store, for messages
     * @param ownBucket whether the bucket is Firn's own
     */
    ObjectStore(ObjectStoreSettings settings, String variables, boolean ownBucket) {
        this.settings = requireNonNull(settings, "settings is null");
        this.variables = requireNonNull(variables, "variables is null");
        this.ownBucket = ownBucket;
        MinioClient.Builder builder = MinioClient.builder()
                .endpoint(settings.endpoint().toString())
                .credentials(settings.accessKey(), settings.secretKey())
                .region(settings.region());
        if (settings.endpoint().getScheme().equals("http")) {
            builder.httpClient(withoutCertificates(), true);
        }
        client = builder.build();
        client.setTimeout(CONNECT_MILLISECONDS, SILENCE_MILLISECONDS, SILENCE_MILLISECONDS);
        client.setRetry(RETRIED_STATUS, RETRY_MILLISECONDS, RETRIES);
    }

    /**
     * The client's own default for {@code http}: what it makes itself first reads each certificate that {@code SSL_CERT_DIR} has,
     * which takes seconds while the server starts.
     */
    private static OkHttpClient withoutCertificates() {
        return new OkHttpClient.Builder()
                .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
                .protocols(List.of(Protocol.HTTP_1_1))
                .addInterceptor(new Http.StatusRetryInterceptor())
                .build();
    }

    void ensureBucket() {
        String bucket = settings.bucket();
        String what = "the bucket could not be made";
        if (call(
                what,
                () -> client.bucketExists(
                        BucketExistsArgs.builder().bucket(bucket).build()))) {
            return;
        }
        call(what, () -> {
            try {
                client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            } catch (ErrorResponseException e) {
                if (!e.errorResponse().code().equals("BucketAlreadyOwnedByYou")) {
                    throw e;
                }
            }
            return true;
        });
    }

    /** Asks for an answer. */
    void check() {
        boolean found = call(
                "the store could not be asked",
                () -> client.bucketExists(
                        BucketExistsArgs.builder().bucket(settings.bucket()).build()));
        if (!found) {
            throw new ObjectStoreException("there is no bucket " + where(), false, null);
        }
    }

    /** The object's size; nothing when there is none. */
    OptionalLong size(String key) {
        return call("object " + key + " could not be looked up", () -> {
            try {
                return OptionalLong.of(client.statObject(StatObjectArgs.builder()
                                .bucket(settings.bucket())
                                .object(key)
                                .build())
                        .size());
            } catch (ErrorResponseException e) {
                if (isMissing(e)) {
                    return OptionalLong.empty();
                }
                throw e;
            }
        });
    }

    /**
     * Puts a file unless there is an object with this key.
     *
     * @return false when there is one; it stays
     */
    boolean putIfAbsent(String key, Path file, long bytes) {
        if (bytes > PART_BYTES || !conditionalPuts) {
            if (size(key).isPresent()) {
                return false;
            }
            put(key, file);
            return true;
        }
        return call("object " + key + " could not be written", () -> {
            try {
                upload(key, file, Map.of("If-None-Match", "*"));
                return true;
            } catch (ErrorResponseException e) {
                if (EXISTS.contains(e.errorResponse().code()) || e.response().code() == PRECONDITION_FAILED) {
                    return false;
                }
                if (e.errorResponse().code().equals("NotImplemented")) {
                    conditionalPuts = false;
                    return putIfAbsent(key, file, bytes);
                }
                throw e;
            }
        });
    }

    /** Puts a file, over what may be there. */
    void put(String key, Path file) {
        call("object " + key + " could not be written", () -> {
            upload(key, file, Map.of());
            return true;
        });
    }

    private void upload(String key, Path file, Map<String, String> headers) throws MinioException {
        client.uploadObject(UploadObjectArgs.builder()
                .bucket(settings.bucket())
                .object(key)
                .filename(file.toString(), PART_BYTES)
                .contentType("application/octet-stream")
                .extraHeaders(new Http.Headers(headers))
                .build());
    }

    /** An object from its beginning. */
    InputStream open(String key) throws NoSuchObjectException {
        return open(
                GetObjectArgs.builder().bucket(settings.bucket()).object(key).build());
    }

    /** A part of an object. */
    InputStream open(String key, long offset, long length) throws NoSuchObjectException {
        return open(GetObjectArgs.builder()
                .bucket(settings.bucket())
                .object(key)
                .offset(offset)
                .length(length)
                .build());
    }

    private InputStream open(GetObjectArgs arguments) throws NoSuchObjectException {
        String key = arguments.object();
        Optional<InputStream> content = call("object " + key + " could not be read", () -> {
            try {
                return Optional.of(client.getObject(arguments));
            } catch (ErrorResponseException e) {
                if (isMissing(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
        return content.orElseThrow(() -> new NoSuchObjectException(key));
    }

    /** Deletes an object; it may be gone already. */
    void delete(String key) {
        call("object " + key + " could not be deleted", () -> {
            client.removeObject(RemoveObjectArgs.builder()
                    .bucket(settings.bucket())
                    .object(key)
                    .build());
            return true;
        });
    }

    /**
     * The sizes of all objects whose keys begin with a prefix, by their keys; folders' marks are left out.
     *
     * @throws ObjectStoreException when there are more than so many
     */
    Map<String, Long> sizes(String prefix, int most) {
        String what = "the objects could not be listed";
        Iterator<Result<Item>> pages = items(prefix);
        Map<String, Long> sizes = new HashMap<>();
        while (call(what, pages::hasNext)) {
            Item item = call(what, () -> pages.next().get());
            if (!item.objectName().endsWith("/")) {
                sizes.put(item.objectName(), item.size());
            }
            if (sizes.size() > most) {
                throw new ObjectStoreException(
                        "%s/%s has more than %,d objects".formatted(where(), prefix, most), false, null);
            }
        }
        return sizes;
    }

    private Iterator<Result<Item>> items(String prefix) {
        return client.listObjects(ListObjectsArgs.builder()
                        .bucket(settings.bucket())
                        .prefix(prefix)
                        .recursive(true)
                        .build())
                .iterator();
    }

    /** The objects whose key is the prefix, two digits of a digest, a slash and the digest; page by page. */
    Iterator<StoredObject> list(String prefix) {
        String what = "the objects could not be listed";
        Iterator<Result<Item>> pages = items(prefix);
        return new Iterator<>() {
            private Optional<StoredObject> next = Optional.empty();

            @Override
            public boolean hasNext() {
                while (next.isEmpty() && call(what, pages::hasNext)) {
                    Item item = call(what, () -> pages.next().get());
                    String name = item.objectName().substring(prefix.length());
                    if (KEY_OF_BLOB.matcher(name).matches()) {
                        next = Optional.of(new StoredObject(
                                new Digest(name.substring(3)),
                                item.size(),
                                item.lastModified().toInstant()));
                    }
                }
                return next.isPresent();
            }

            @Override
            public StoredObject next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                StoredObject object = next.orElseThrow();
                next = Optional.empty();
                return object;
            }
        };
    }

    private interface Call<T> {
        T run() throws MinioException;
    }

    private <T> T call(String what, Call<T> call) {
        try {
            return call.run();
        } catch (MinioException e) {
            throw translated(what, e);
        } catch (IllegalStateException e) {
            // how the client passes on what went wrong on the wire
            if (e.getCause() instanceof IOException) {
                throw translated(what, e);
            }
            throw e;
        }
    }

    /** A fault while an object was streaming. */
    ObjectStoreException interrupted(String key, IOException cause) {
        return new ObjectStoreException(
                "reading object " + key + " from " + where() + " broke off (" + cause.getMessage() + ")", true, cause);
    }

    private static boolean isMissing(ErrorResponseException exception) {
        return MISSING.contains(exception.errorResponse().code());
    }

    private ObjectStoreException translated(String what, Exception exception) {
        String message = what + " in " + where() + ": ";
        if (exception instanceof ErrorResponseException response) {
            String code = response.errorResponse().code();
            String detail = code + " " + response.errorResponse().message();
            if (FULL.contains(code) || detail.contains("No space left")) {
                return new StorageFullException(message + "it is full; make room", exception);
            }
            if (WRONG_KEYS.contains(code)) {
                return new ObjectStoreException(
                        message + "it refused the keys (" + code
                                + "); check " + variables + "_ACCESS_KEY and " + variables
                                + "_SECRET_KEY, and what they may do",
                        false,
                        exception);
            }
            if (code.equals("NoSuchBucket")) {
                return new ObjectStoreException(
                        message
                                + (ownBucket
                                        ? "the bucket is gone; make it again, or check FIRN_S3_BUCKET"
                                        : "there is no such bucket"),
                        false,
                        exception);
            }
            if (code.equals("RequestTimeTooSkewed")) {
                return new ObjectStoreException(
                        message + "this machine's clock differs from the store's; set it", false, exception);
            }
            return new ObjectStoreException(
                    message + detail, BUSY.contains(code) || response.response().code() >= 500, exception);
        }
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return new ObjectStoreException(
                        message + "it does not answer (" + cause.getMessage() + "); check that it runs and that "
                                + variables + "_ENDPOINT is right",
                        true,
                        exception);
            }
        }
        return new ObjectStoreException(message + exception.getMessage(), false, exception);
    }

    private String where() {
        return settings.endpoint() + "/" + settings.bucket();
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (Exception e) {
            throw new ObjectStoreException("the object store's client did not close", false, e);
        }
    }

    /** There is no object with this key. */
    static final class NoSuchObjectException extends Exception {
        private static final long serialVersionUID = 1;

        NoSuchObjectException(String key) {
            super("there is no object " + key);
        }
    }
}
