package dev.firn.cli.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A Firn server over HTTP.
 *
 * <p>Every method throws {@link ServerAwayException} when no answer comes, {@link ProblemException} when the server
 * refuses or fails, {@link UnexpectedAnswerException} when what answers is not a Firn server, and
 * {@link InterruptedException} when the thread was interrupted meanwhile. Safe for use by several threads.
 */
public final class FirnClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(2);
    // Sending gigabytes, and the server's reading them again, take their time
    private static final Duration IMPORT_TIMEOUT = Duration.ofHours(12);
    private static final Duration COLLECTION_TIMEOUT = Duration.ofHours(2);
    // All that a study's specifications name is read, and all that was measured
    private static final Duration STUDY_TIMEOUT = Duration.ofMinutes(30);
    private static final int LARGEST_PAGE = 200;
    private static final int METRIC_POINTS = 200;
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final URI server;
    private final Optional<String> token;
    private final HttpClient http;

    /**
     * @param server the server's address; a path in it is kept as a prefix
     * @param token sent as a bearer token when present
     */
    public FirnClient(URI server, Optional<String> token) {
        this.server = requireNonNull(server, "server is null");
        this.token = requireNonNull(token, "token is null");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** The address that this client talks to. */
    public URI server() {
        return server;
    }

    /** The newest runs first. */
    public Listing<Run> runs(int limit) throws InterruptedException {
        return list("/api/runs", Map.of(), limit, Run.class);
    }

    public Answer<Run> run(String id) throws InterruptedException {
        return get("/api/runs/" + encode(id), Run.class);
    }

    /** The numbers over the steps of a run, each series with its first, last, smallest and largest value, as they came. */
    public JsonNode metrics(String id) throws InterruptedException {
        return get("/api/runs/" + encode(id) + "/metrics?points=" + METRIC_POINTS, JsonNode.class)
                .json();
    }

    /**
     * Starts a run. When the connection breaks before the answer, the request is sent once more: the key makes that
     * safe.
     *
     * @param mediaType {@code application/yaml} or {@code application/json}
     * @param idempotencyKey a second request with the same key, specification and priority gives the first one's run
     * @param priority when given, takes the place of the specification's
     */
    public Answer<Run> submit(byte[] specification, String mediaType, String idempotencyKey, OptionalInt priority)
            throws InterruptedException {
        HttpRequest request = request("/api/runs" + (priority.isPresent() ? "?priority=" + priority.getAsInt() : ""))
                .header("Content-Type", mediaType)
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofByteArray(specification))
                .build();
        return read(sendAgainIfBroken(request), Run.class);
    }

    /** For requests with an idempotency key. */
    private HttpResponse<byte[]> sendAgainIfBroken(HttpRequest request) throws InterruptedException {
        try {
            return send(request);
        } catch (ServerAwayException e) {
            if (e.refused()) {
                throw e;
            }
            return send(request);
        }
    }

    /**
     * Resolves a specification and says what would be reused and what it takes; nothing is started.
     *
     * @param tokensPerSecond how fast it is to be taken to train, when given
     */
    public Answer<DryRun> dryRun(byte[] specification, String mediaType, OptionalLong tokensPerSecond)
            throws InterruptedException {
        HttpRequest request = request("/api/runs?dryRun=true"
                        + (tokensPerSecond.isPresent() ? "&tokensPerSecond=" + tokensPerSecond.getAsLong() : ""))
                .header("Content-Type", mediaType)
                .POST(BodyPublishers.ofByteArray(specification))
                .build();
        return read(send(request), DryRun.class);
    }

    /**
     * Asks a run for something that needs no more words.
     *
     * @param kind the last part of the address: {@code pause}, {@code resume}, {@code cancel}, {@code checkpoint}, {@code stop}, {@code retry}
     */
    public Answer<Run> steer(String id, String kind) throws InterruptedException {
        HttpRequest request = request("/api/runs/" + encode(id) + '/' + kind)
                .POST(BodyPublishers.noBody())
                .build();
        return read(send(request), Run.class);
    }

    /** Asks a run to make the training under way longer by so many steps. */
    public Answer<Run> extend(String id, long steps) throws InterruptedException {
        HttpRequest request = request("/api/runs/" + encode(id) + "/extend")
                .header("Content-Type", "application/json")
                .POST(json(MAPPER.createObjectNode().put("steps", steps)))
                .build();
        return read(send(request), Run.class);
    }

    /** Asks a run to multiply its learning rates by a factor, in place of an earlier one. */
    public Answer<Run> scaleLearningRate(String id, double factor) throws InterruptedException {
        HttpRequest request = request("/api/runs/" + encode(id) + "/learning-rate-scale")
                .header("Content-Type", "application/json")
                .PUT(json(MAPPER.createObjectNode().put("factor", factor)))
                .build();
        return read(send(request), Run.class);
    }

    /**
     * Starts a run from a checkpoint. When the connection breaks before the answer, the request is sent once more.
     *
     * @param patch a JSON merge patch of the specification, YAML or JSON; may be empty
     * @param idempotencyKey a second request with the same key and patch gives the first one's run
     */
    public Answer<Run> fork(String checkpoint, byte[] patch, String idempotencyKey) throws InterruptedException {
        HttpRequest request = request("/api/checkpoints/" + encode(checkpoint) + "/fork")
                .header("Content-Type", "application/yaml")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofByteArray(patch))
                .build();
        return read(sendAgainIfBroken(request), Run.class);
    }

    /** Says what a fork would do; nothing is started. */
    public Answer<DryRun> forkDryRun(String checkpoint, byte[] patch) throws InterruptedException {
        HttpRequest request = request("/api/checkpoints/" + encode(checkpoint) + "/fork?dryRun=true")
                .header("Content-Type", "application/yaml")
                .POST(BodyPublishers.ofByteArray(patch))
                .build();
        return read(send(request), DryRun.class);
    }

    /** What a run was asked for, newest first. */
    public Listing<Control> controls(String id, int limit) throws InterruptedException {
        return list("/api/runs/" + encode(id) + "/controls", Map.of(), limit, Control.class);
    }

    /** One page of a run's log, oldest first, of the entries with an id above {@code after}. */
    public Listing<Event> logs(String id, long after, int limit) throws InterruptedException {
        Map<String, String> query =
                new TreeMap<>(Map.of("after", Long.toString(after), "limit", Integer.toString(limit)));
        return page("/api/runs/" + encode(id) + "/logs", query, Event.class);
    }

    public Listing<Checkpoint> checkpoints(Optional<String> run, int limit) throws InterruptedException {
        return list("/api/checkpoints", ofRun(run), limit, Checkpoint.class);
    }

    public Listing<Evaluation> evaluations(Optional<String> run, int limit) throws InterruptedException {
        return list("/api/evaluations", ofRun(run), limit, Evaluation.class);
    }

    /** What was measured of a model's versions. */
    public Listing<Evaluation> evaluationsOfModel(String model, int limit) throws InterruptedException {
        return list("/api/evaluations", Map.of("model", model), limit, Evaluation.class);
    }

    /**
     * Has a model version measured on a dataset's evaluation sets; the same that has not ended is given again.
     *
     * @param model name@alias or name@version
     * @param dataset name@version
     * @param dimensions widths besides the model's own
     */
    public Answer<EvaluationJob> evaluate(String model, String dataset, List<Integer> dimensions)
            throws InterruptedException {
        ObjectNode body = MAPPER.createObjectNode().put("model", model).put("dataset", dataset);
        body.set("dimensions", MAPPER.valueToTree(dimensions));
        HttpRequest request = request("/api/evaluations")
                .header("Content-Type", "application/json")
                .POST(json(body))
                .build();
        return read(send(request), EvaluationJob.class);
    }

    /** A measurement that was asked for. */
    public Answer<EvaluationJob> evaluationJob(String id) throws InterruptedException {
        return get("/api/evaluations/jobs/" + encode(id), EvaluationJob.class);
    }

    /** The measurements that were asked for, of one model's versions or of all, newest first. */
    public Listing<EvaluationJob> evaluationJobs(Optional<String> model, int limit) throws InterruptedException {
        return list(
                "/api/evaluations/jobs",
                model.map(name -> Map.of("model", name)).orElse(Map.of()),
                limit,
                EvaluationJob.class);
    }

    /**
     * Sends files of pairs as a version of a dataset, each read from the disk as it is sent.
     *
     * @param language of lines that name none
     * @throws FileNotFoundException when a file is not there
     */
    public Answer<JsonNode> addDataset(String name, Optional<String> language, List<Path> files)
            throws FileNotFoundException, InterruptedException {
        String boundary = "firn-" + UUID.randomUUID();
        List<BodyPublisher> parts = new ArrayList<>();
        parts.add(field(boundary, "name", name));
        language.ifPresent(tag -> parts.add(field(boundary, "language", tag)));
        for (Path file : files) {
            parts.add(BodyPublishers.ofString("--" + boundary
                    + "\r\nContent-Disposition: form-data; name=\"files\"; filename=\""
                    + String.valueOf(file.getFileName()).replaceAll("[\"\\r\\n]", "_")
                    + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
            parts.add(BodyPublishers.ofFile(file));
            parts.add(BodyPublishers.ofString("\r\n"));
        }
        parts.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
        HttpRequest request = request("/api/datasets")
                .timeout(IMPORT_TIMEOUT)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.concat(parts.toArray(BodyPublisher[]::new)))
                .build();
        return read(send(request), JsonNode.class);
    }

    private static BodyPublisher field(String boundary, String name, String value) {
        return BodyPublishers.ofString(
                "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n");
    }

    /**
     * A version of a dataset.
     *
     * @param reference name@version or id
     */
    public Answer<JsonNode> dataset(String reference) throws InterruptedException {
        return get("/api/datasets/" + encode(reference), JsonNode.class);
    }

    /** The first pairs of a dataset. */
    public Answer<JsonNode> rows(String reference, int limit) throws InterruptedException {
        return get("/api/datasets/" + encode(reference) + "/rows?limit=" + limit, JsonNode.class);
    }

    /** What used a dataset. */
    public Answer<JsonNode> uses(String reference) throws InterruptedException {
        return get("/api/datasets/" + encode(reference) + "/uses", JsonNode.class);
    }

    public Listing<JsonNode> datasets(int limit) throws InterruptedException {
        return list("/api/datasets", Map.of(), limit, JsonNode.class);
    }

    /**
     * The models by name.
     *
     * @param tag only those with a version that has it: {@code TAG} or {@code TAG=VALUE}
     */
    public Listing<Model> models(Optional<String> tag, int limit) throws InterruptedException {
        return list("/api/models", tag.map(text -> Map.of("tag", text)).orElse(Map.of()), limit, Model.class);
    }

    /** A model with its newest versions, without those that were archived. */
    public Answer<Model> model(String name) throws InterruptedException {
        return model(name, Map.of());
    }

    /**
     * A model with its newest versions.
     *
     * @param filter {@code tag} and {@code archived}, as the server takes them
     */
    public Answer<Model> model(String name, Map<String, String> filter) throws InterruptedException {
        return get("/api/models/" + encode(name) + query(new TreeMap<>(filter)), Model.class);
    }

    public Answer<ModelVersion> version(String name, int version) throws InterruptedException {
        return get(versionPath(name, version), ModelVersion.class);
    }

    /** Moves an alias, or changes its protection. */
    public JsonNode moveAlias(String name, String alias, AliasMove move) throws InterruptedException {
        ObjectNode body = MAPPER.createObjectNode().put("version", move.version());
        move.guarded().ifPresent(guarded -> body.put("protected", guarded));
        if (move.confirm()) {
            body.put("confirm", true);
        }
        move.reason().ifPresent(reason -> body.put("reason", reason));
        HttpRequest.Builder request = request("/api/models/" + encode(name) + "/aliases/" + encode(alias))
                .header("Content-Type", "application/json")
                .PUT(json(body));
        move.revision().ifPresent(value -> request.header("If-Match", '"' + Long.toString(value) + '"'));
        return read(send(request.build()), JsonNode.class).json();
    }

    /** Gives a version a tag. */
    public Answer<ModelVersion> tag(String name, int version, String tag, String value) throws InterruptedException {
        HttpRequest request = request(versionPath(name, version) + "/tags/" + encode(tag))
                .header("Content-Type", "application/json")
                .PUT(json(MAPPER.createObjectNode().put("value", value)))
                .build();
        return read(send(request), ModelVersion.class);
    }

    /** Takes a tag from a version. */
    public Answer<ModelVersion> untag(String name, int version, String tag) throws InterruptedException {
        return read(
                send(request(versionPath(name, version) + "/tags/" + encode(tag))
                        .DELETE()
                        .build()),
                ModelVersion.class);
    }

    /** Lays a version aside, or takes it back. */
    public Answer<ModelVersion> archiveVersion(String name, int version, boolean archived) throws InterruptedException {
        HttpRequest.Builder request = request(versionPath(name, version) + "/archived");
        return read(
                send((archived ? request.PUT(BodyPublishers.noBody()) : request.DELETE()).build()), ModelVersion.class);
    }

    /**
     * Registers a folder as a version of a model.
     *
     * @param archive a zip of the folder, read once as it is sent
     * @param said what is said of the model besides its files: pooling, queryPrefix, documentPrefix, maximumTokens
     */
    public Answer<ModelVersion> importModel(String name, InputStream archive, Map<String, String> said)
            throws InterruptedException {
        HttpRequest request = request("/api/models/" + encode(name) + "/import" + query(new TreeMap<>(said)))
                .timeout(IMPORT_TIMEOUT)
                .header("Content-Type", "application/zip")
                .POST(BodyPublishers.ofInputStream(() -> archive))
                .build();
        return read(send(request), ModelVersion.class);
    }

    /** The folder of a model version as a zip, streamed; the caller closes it. */
    public InputStream archive(String name, int version) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address(versionPath(name, version) + "/archive"))
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", "application/zip, application/problem+json")
                .headers(authorization())
                .GET()
                .build();
        HttpResponse<InputStream> response;
        try {
            response = http.send(request, BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                try (InputStream body = response.body()) {
                    throw problem(response.statusCode(), contentType(response), body.readNBytes(1 << 20));
                }
            }
        } catch (IOException e) {
            throw away(e);
        }
        return response.body();
    }

    /**
     * Embeds texts.
     *
     * @param model {@code name@alias} or {@code name@version}
     * @param inputType {@code query} or {@code document}; decides which prefix the model puts before each text
     * @param dimensions the number of leading dimensions wanted; empty for all
     */
    public Answer<Embeddings> embed(String model, List<String> texts, String inputType, Optional<Integer> dimensions)
            throws InterruptedException {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("model", model);
        ArrayNode input = body.putArray("input");
        texts.forEach(input::add);
        body.put("inputType", inputType);
        dimensions.ifPresent(value -> body.put("dimensions", value));
        HttpRequest request = request("/v1/embeddings")
                .header("Content-Type", "application/json")
                .POST(json(body))
                .build();
        return read(send(request), Embeddings.class);
    }

    /** Removes stored content that nothing names, or counts it; may take long. */
    public Answer<Collection> collect(boolean dryRun, Optional<Long> graceMinutes) throws InterruptedException {
        Map<String, String> query = new TreeMap<>();
        query.put("dryRun", Boolean.toString(dryRun));
        graceMinutes.ifPresent(minutes -> query.put("graceMinutes", Long.toString(minutes)));
        return read(
                send(request("/api/gc" + query(query))
                        .timeout(COLLECTION_TIMEOUT)
                        .POST(BodyPublishers.noBody())
                        .build()),
                Collection.class);
    }

    /** Removes a checkpoint. */
    public void deleteCheckpoint(String id) throws InterruptedException {
        delete("/api/checkpoints/" + encode(id));
    }

    /** Keeps a checkpoint whatever the policy of its run says, or leaves it to that again. */
    public Answer<Checkpoint> pinCheckpoint(String id, boolean pinned) throws InterruptedException {
        HttpRequest.Builder request = request("/api/checkpoints/" + encode(id) + "/pin");
        return read(send((pinned ? request.PUT(BodyPublishers.noBody()) : request.DELETE()).build()), Checkpoint.class);
    }

    /** The tokens that administrators made on the server, newest first. */
    public Listing<Token> tokens(int limit) throws InterruptedException {
        return list("/api/tokens", Map.of(), limit, Token.class);
    }

    /** Makes a token; its text is told this once. */
    public Answer<MadeToken> makeToken(String name, String role, int days) throws InterruptedException {
        ObjectNode body =
                MAPPER.createObjectNode().put("name", name).put("role", role).put("days", days);
        HttpRequest request = request("/api/tokens")
                .header("Content-Type", "application/json")
                .POST(json(body))
                .build();
        return read(send(request), MadeToken.class);
    }

    /** Revokes a token. */
    public void revokeToken(String id) throws InterruptedException {
        delete("/api/tokens/" + encode(id));
    }

    /** Who changed what, newest first. */
    public Listing<AuditEntry> audit(Optional<String> caller, Optional<String> path, int limit)
            throws InterruptedException {
        Map<String, String> query = new TreeMap<>();
        caller.ifPresent(name -> query.put("caller", name));
        path.ifPresent(prefix -> query.put("path", prefix));
        return list("/api/audit", query, limit, AuditEntry.class);
    }

    private void delete(String path) throws InterruptedException {
        HttpResponse<byte[]> response = send(request(path).DELETE().build());
        if (response.statusCode() < 200 || response.statusCode() > 299) {
            throw problem(response.statusCode(), contentType(response), response.body());
        }
    }

    /** The receivers of messages, newest first. */
    public Listing<Webhook> webhooks(int limit) throws InterruptedException {
        return list("/api/webhooks", Map.of(), limit, Webhook.class);
    }

    /**
     * Adds a receiver of messages.
     *
     * @param events what it is told of; everything when empty
     */
    public Answer<Webhook> addWebhook(String url, List<String> events) throws InterruptedException {
        ObjectNode body = MAPPER.createObjectNode().put("url", url);
        if (!events.isEmpty()) {
            events.forEach(body.putArray("events")::add);
        }
        HttpRequest request = request("/api/webhooks")
                .header("Content-Type", "application/json")
                .POST(json(body))
                .build();
        return read(send(request), Webhook.class);
    }

    /** Removes a receiver of messages. */
    public void removeWebhook(String id) throws InterruptedException {
        HttpResponse<byte[]> response =
                send(request("/api/webhooks/" + encode(id)).DELETE().build());
        if (response.statusCode() != 204) {
            throw problem(response.statusCode(), contentType(response), response.body());
        }
    }

    /** The messages to a receiver, newest first. */
    public Listing<Delivery> deliveries(String webhook, int limit) throws InterruptedException {
        return list("/api/webhooks/" + encode(webhook) + "/deliveries", Map.of(), limit, Delivery.class);
    }

    /** The newest studies first, without their runs. */
    public Listing<Study> studies(int limit) throws InterruptedException {
        return list("/api/studies", Map.of(), limit, Study.class);
    }

    /** A study with its runs. */
    public Answer<Study> study(String id) throws InterruptedException {
        return get("/api/studies/" + encode(id), Study.class);
    }

    /**
     * Starts a study. When the connection breaks before the answer, the request is sent once more.
     *
     * @param specification as JSON
     * @param idempotencyKey a second request with the same key and specification gives the first one's study
     */
    public Answer<Study> submitStudy(byte[] specification, String idempotencyKey) throws InterruptedException {
        HttpRequest request = request("/api/studies")
                .timeout(STUDY_TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofByteArray(specification))
                .build();
        return read(sendAgainIfBroken(request), Study.class);
    }

    /** Says what a study would do; nothing is started. */
    public Answer<StudyPlan> studyDryRun(byte[] specification) throws InterruptedException {
        HttpRequest request = request("/api/studies?dryRun=true")
                .timeout(STUDY_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(specification))
                .build();
        return read(send(request), StudyPlan.class);
    }

    /** Asks a study to {@code stop} or to {@code resume}. */
    public Answer<Study> steerStudy(String id, String kind) throws InterruptedException {
        HttpRequest request = request("/api/studies/" + encode(id) + '/' + kind)
                .POST(BodyPublishers.noBody())
                .build();
        return read(send(request), Study.class);
    }

    /** A study's report, as HTML. */
    public byte[] studyReport(String id) throws InterruptedException {
        HttpResponse<byte[]> response = send(HttpRequest.newBuilder(address("/api/studies/" + encode(id) + "/report"))
                .timeout(STUDY_TIMEOUT)
                .header("Accept", "text/html, application/problem+json")
                .headers(authorization())
                .GET()
                .build());
        if (response.statusCode() != 200) {
            throw problem(response.statusCode(), contentType(response), response.body());
        }
        return response.body();
    }

    private static Map<String, String> ofRun(Optional<String> run) {
        return run.map(id -> Map.of("run", id)).orElse(Map.of());
    }

    private static String versionPath(String name, int version) {
        return "/api/models/" + encode(name) + "/versions/" + version;
    }

    private <T> Answer<T> get(String path, Class<T> type) throws InterruptedException {
        return read(send(request(path).GET().build()), type);
    }

    private <T> Listing<T> list(String path, Map<String, String> filter, int limit, Class<T> type)
            throws InterruptedException {
        ObjectNode json = MAPPER.createObjectNode();
        ArrayNode nodes = json.putArray("items");
        List<T> items = new ArrayList<>();
        String cursor = null;
        Listing<T> page;
        do {
            Map<String, String> query = new TreeMap<>(filter);
            query.put("limit", Integer.toString(Math.min(limit - items.size(), LARGEST_PAGE)));
            if (cursor != null) {
                query.put("cursor", cursor);
            }
            page = page(path, query, type);
            page.json().path("items").forEach(nodes::add);
            items.addAll(page.items());
            cursor = page.json().path("nextCursor").asText(null);
        } while (page.more() && !page.items().isEmpty() && items.size() < limit);
        json.put("nextCursor", cursor);
        return new Listing<>(items, json, page.more());
    }

    private <T> Listing<T> page(String path, Map<String, String> query, Class<T> type) throws InterruptedException {
        JsonNode answer = get(path + query(query), JsonNode.class).json();
        if (!(answer instanceof ObjectNode page) || !page.path("items").isArray()) {
            throw new UnexpectedAnswerException(server + path + " answered without a list of items");
        }
        List<T> items = new ArrayList<>();
        for (JsonNode item : page.path("items")) {
            items.add(convert(item, type));
        }
        return new Listing<>(items, page, page.hasNonNull("nextCursor"));
    }

    private static String query(Map<String, String> parameters) {
        StringBuilder query = new StringBuilder();
        parameters.forEach((name, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(encode(value)));
        return query.toString();
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(address(pathAndQuery))
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", "application/json, application/problem+json")
                .headers(authorization());
    }

    private URI address(String pathAndQuery) {
        String base = server.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + pathAndQuery);
    }

    private String[] authorization() {
        // HttpRequest.Builder.headers refuses an empty array
        return token.map(value -> new String[] {"User-Agent", "firn", "Authorization", "Bearer " + value})
                .orElseGet(() -> new String[] {"User-Agent", "firn"});
    }

    private static BodyPublisher json(ObjectNode body) {
        return BodyPublishers.ofString(body.toString(), UTF_8);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw away(e);
        }
    }

    private ServerAwayException away(IOException cause) {
        boolean refused = cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
        return new ServerAwayException(server, refused, cause);
    }

    private <T> Answer<T> read(HttpResponse<byte[]> response, Class<T> type) {
        int status = response.statusCode();
        if (status < 200 || status > 299) {
            throw problem(status, contentType(response), response.body());
        }
        JsonNode json;
        try {
            json = MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new UnexpectedAnswerException(notFirn(response.uri(), status, contentType(response)), e);
        }
        if (json == null || !json.isObject()) {
            throw new UnexpectedAnswerException(notFirn(response.uri(), status, contentType(response)));
        }
        return new Answer<>(convert(json, type), json);
    }

    private <T> T convert(JsonNode json, Class<T> type) {
        try {
            return MAPPER.treeToValue(json, type);
        } catch (JsonProcessingException e) {
            throw new UnexpectedAnswerException(
                    "The server's answer is not understood" + place(e)
                            + "; is the server of another version than this program?",
                    e);
        }
    }

    /** Where in the answer, as a JSON pointer. */
    private static String place(JsonProcessingException e) {
        return e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
                ? mapping.getPath().stream()
                        .map(part ->
                                part.getFieldName() == null ? Integer.toString(part.getIndex()) : part.getFieldName())
                        .collect(Collectors.joining("/", " at /", ""))
                : "";
    }

    private RuntimeException problem(int status, String contentType, byte[] body) {
        if (contentType.contains("json")) {
            try {
                return new ProblemException(status, MAPPER.readValue(body, Problem.class));
            } catch (IOException e) {
                return new UnexpectedAnswerException(notFirn(server, status, contentType), e);
            }
        }
        if (status == 502 || status == 503 || status == 504 || status == 401 || status == 403 || status == 413) {
            // A proxy in front of Firn, or the HTTP layer below it, answers these without a problem document
            return new ProblemException(status, new Problem(null, "HTTP " + status, status, null, List.of()));
        }
        return new UnexpectedAnswerException(notFirn(server, status, contentType));
    }

    private static String notFirn(URI address, int status, String contentType) {
        return address + " answers, but not as a Firn server does (HTTP " + status
                + (contentType.isEmpty() ? "" : ", " + contentType) + ')';
    }

    private static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, UTF_8).replace("+", "%20");
    }
}
