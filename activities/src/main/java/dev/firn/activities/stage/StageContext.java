package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.activities.Stores;
import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.blob.StorageFullException;
import dev.firn.registry.control.Control;
import dev.firn.registry.lineage.LineageInput;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.StageOutput;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a stage at work has at hand. Its folder is its own and goes away with it. */
final class StageContext {
    private static final Logger LOG = LoggerFactory.getLogger(StageContext.class);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CHECKS_BETWEEN_TRIES = 10;
    private static final long CHECK_NANOSECONDS = 200_000_000;

    private final Stores stores;
    private final Run run;
    private final RunSpecification specification;
    private final StageToken token;
    private final Path folder;
    private final Vitals vitals;
    private final Map<String, Object> fingerprint;
    private final StageMeters meters;
    private final Set<LineageInput> inputs = new LinkedHashSet<>();
    private int fetched;
    private volatile boolean waitsForRoom;

    StageContext(
            Stores stores,
            Run run,
            RunSpecification specification,
            StageToken token,
            Path folder,
            Vitals vitals,
            Map<String, Object> fingerprint,
            StageMeters meters) {
        this.stores = requireNonNull(stores, "stores is null");
        this.run = requireNonNull(run, "run is null");
        this.specification = requireNonNull(specification, "specification is null");
        this.token = requireNonNull(token, "token is null");
        this.folder = requireNonNull(folder, "folder is null");
        this.vitals = requireNonNull(vitals, "vitals is null");
        this.fingerprint = Map.copyOf(fingerprint);
        this.meters = requireNonNull(meters, "meters is null");
    }

    Stores stores() {
        return stores;
    }

    Run run() {
        return run;
    }

    RunSpecification specification() {
        return specification;
    }

    StageToken token() {
        return token;
    }

    JsonNode fingerprint() {
        return MAPPER.valueToTree(fingerprint);
    }

    StageMeters meters() {
        return meters;
    }

    /** A new empty folder of this stage. */
    Path newFolder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** Says how far it is; cheap, may be called at every step. */
    void progress(StageProgress progress) {
        vitals.report(progress);
    }

    /** Writes the progress that was said last: what a stage leaves behind that ends. */
    void writeProgress() {
        vitals.write();
    }

    /** From now on progress is counted within a shard. */
    void beginPart(int phase, int shard, String label) {
        vitals.beginPart(new Vitals.Part(phase, shard, label));
    }

    /** Writes a line to the run's log. */
    void log(String message) {
        stores.events().append(token, "log", message, JsonNodeFactory.instance.objectNode());
    }

    /**
     * To be called between steps: throws when the stage must not go on, because the run is being cancelled, the worker
     * is shutting down, or another attempt has taken over.
     */
    void check() {
        vitals.check();
    }

    /** What the stage was asked to do, as of a moment ago; cheap, may be called at every step. */
    List<Control> controls() {
        return vitals.controls();
    }

    /** What the stage was asked to do until now; asks the database. */
    List<Control> controlsNow() {
        return stores.controls().open(token);
    }

    /** Progress of something countable; stops the work when the stage must not go on. */
    void count(String message, long done, long total) {
        check();
        progress(StageProgress.counted(message, done, total));
    }

    /** An output of an earlier stage of the run. */
    ArtifactReference output(Stage stage, String name) {
        return stores.stages().get(run.id(), stage.label()).outputs().stream()
                .filter(output -> output.name().equals(name))
                .map(StageOutput::artifact)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Stage " + stage.label() + " has no output " + name));
    }

    /** The files of an earlier stage's output, verified, in a folder of this stage; they are not to be changed. */
    Path fetch(Stage stage, String name) throws IOException {
        ArtifactReference artifact = output(stage, name);
        inputs.add(new LineageInput(artifact.digest(), name));
        return fetch(artifact);
    }

    /** Notes an input from outside for the lineage. */
    void usesExternal(Digest digest, String kind, String name) {
        stores.lineage().nameExternal(digest, kind, name);
        inputs.add(new LineageInput(digest, kind));
    }

    /** Notes an artifact of the registry that no stage of this run made, for the lineage. */
    void uses(Digest digest, String relation) {
        inputs.add(new LineageInput(digest, relation));
    }

    /** The files of a registered model or dataset, verified, in a folder of this stage; they are not to be changed. */
    Path fetchArtifact(Digest digest) throws IOException {
        return fetch(stores.artifacts()
                .find(digest)
                .orElseThrow(() -> new NotFoundException("there is no artifact " + digest)));
    }

    /** What the stage read: each output of an earlier stage that was fetched, and what came from outside. */
    Set<LineageInput> inputs() {
        return Collections.unmodifiableSet(inputs);
    }

    /** The files of an artifact, verified, in a folder of this stage; they are not to be changed. */
    Path fetch(ArtifactReference artifact) throws IOException {
        fetched++;
        Path target = folder.resolve("fetched-" + fetched);
        stores.artifacts().fetch(artifact, target);
        return target;
    }

    /** Publishes a folder as an output. */
    StageOutput publish(String name, String kind, Path content) throws IOException {
        return new StageOutput(name, whenThereIsRoom(() -> stores.artifacts().publish(content, kind)));
    }

    /**
     * Stores something. While there is no room for it the stage waits, with all that it has computed, and says so in the
     * run's log and in its progress; it stops waiting when it must stop.
     */
    <T> T whenThereIsRoom(Supplier<T> storing) {
        boolean waited = false;
        while (true) {
            try {
                T stored = storing.get();
                if (waited) {
                    waitsForRoom = false;
                    storage("There is room again; the run goes on", false);
                }
                return stored;
            } catch (StorageFullException e) {
                if (!waited) {
                    waited = true;
                    waitsForRoom = true;
                    storage("The run waits for room: " + e.getMessage(), true);
                }
                vitals.say(StageProgress.WAITING_FOR_ROOM + ": " + e.getMessage());
            }
            awaitNextTry();
        }
    }

    private void storage(String message, boolean waiting) {
        LOG.warn("Run {}, stage {}: {}", runId(), token.stage(), message);
        stores.events()
                .append(
                        token,
                        "storage",
                        message,
                        JsonNodeFactory.instance.objectNode().put("waiting", waiting));
    }

    private void awaitNextTry() {
        for (int i = 0; i < CHECKS_BETWEEN_TRIES; i++) {
            check();
            LockSupport.parkNanos(CHECK_NANOSECONDS);
        }
    }

    /** Whether something of this stage is waiting for room at this moment. */
    boolean waitsForRoom() {
        return waitsForRoom;
    }

    UUID runId() {
        return run.id();
    }
}
