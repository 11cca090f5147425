package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.bench.drill.Moments.StageLength;
import dev.firn.bench.installation.Installation;
import dev.firn.cli.client.Checkpoint;
import dev.firn.cli.client.Event;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.client.ProblemException;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunState;
import dev.firn.cli.client.ServerAwayException;
import dev.firn.cli.client.StageState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** A run on an installation, from its submission to its end. */
final class DrilledRun {
    private static final long POLL_MILLIS = 50;
    private static final Duration STORE_AWAY = Duration.ofSeconds(30);
    private static final long SECONDS_OF_PATIENCE = 180;
    private static final long SECONDS_OF_STANDSTILL = 300;
    private static final int PAGE = 200;
    private static final int MOST_CHECKPOINTS = 10_000;
    private static final Set<String> TRAINING = Set.of("initialise", "pretrain", "finetune");
    private static final String YAML = "application/yaml";

    private final Installation installation;
    private final byte[] specification;
    private final Consumer<String> progress;
    private final long begun = System.nanoTime();
    private final List<Strike> strikes = new ArrayList<>();
    private final Map<String, String> acknowledgedRuns = new TreeMap<>();
    private final Map<String, Long> acknowledgedCheckpoints = new TreeMap<>();
    private final Set<String> lost = new HashSet<>();
    private final String id;
    private String told = "";
    private List<String> stood = List.of();
    private long movedAt = begun;

    private DrilledRun(Installation installation, byte[] specification, String key, Consumer<String> progress)
            throws InterruptedException {
        this.installation = requireNonNull(installation, "installation is null");
        this.specification = specification.clone();
        this.progress = requireNonNull(progress, "progress is null");
        this.id = client().submit(specification, YAML, key, OptionalInt.empty())
                .value()
                .id();
        acknowledgedRuns.put(key, id);
    }

    /**
     * Submits.
     *
     * @param key the submission's idempotency key
     * @param progress told in words what happens
     */
    static DrilledRun submit(Installation installation, byte[] specification, String key, Consumer<String> progress)
            throws InterruptedException {
        return new DrilledRun(installation, specification, key, progress);
    }

    private FirnClient client() {
        return installation.client();
    }

    /**
     * Waits for the moment, strikes, and waits until the system is up again.
     *
     * @throws DrillFailedException when the run ends before
     */
    void strike(Moment moment, Fault fault) throws DrillFailedException, IOException, InterruptedException {
        Run run = await(moment, fault);
        RunStage reached = current(run).orElseThrow();
        acknowledgeAnother();
        if (training(reached)) {
            run = awaitNews(run, reached);
        }
        if (training(reached) && fault.spoiledCheckpoints() > 0) {
            run = awaitCheckpoint(reached);
        }
        RunStage stage = current(run).orElse(reached);
        Optional<Checkpoint> newest =
                checkpoints(stage.name()).stream().max(Comparator.comparingLong(Checkpoint::step));
        OptionalLong committed = newest.stream().mapToLong(Checkpoint::step).findFirst();
        if (committed.isPresent() && fault.spoiledCheckpoints() == 0) {
            acknowledgedCheckpoints.put(stage.name(), committed.getAsLong());
        }
        // What a stage tells is up to a second old; its newest checkpoint may be further
        OptionalLong step = step(stage).stream()
                .map(told -> Math.max(told, committed.orElse(0)))
                .findFirst();
        Strike strike = new Strike(fault, Instant.now(), stage.name(), step, committed);
        strikes.add(strike);
        say("strike " + strikes.size() + " (" + fault.word() + ") in " + stage.name()
                + (step.isPresent() ? " at step " + step.getAsLong() : ""));
        strike(strike, stage, newest);
        say("everything is up again");
        countLost();
        awaitLife(stage, fault);
    }

    private void strike(Strike strike, RunStage stage, Optional<Checkpoint> newest)
            throws DrillFailedException, IOException, InterruptedException {
        switch (strike.fault()) {
            case SERVER -> {
                installation.killServer();
                installation.startServer();
            }
            case WORKER -> {
                installation.killWorker();
                installation.startWorker();
            }
            case POSTGRES -> installation.killPostgres();
            case STORAGE -> {
                installation.killStore();
                Thread.sleep(STORE_AWAY);
                installation.startStore();
            }
            case DISK_FULL -> {
                installation.killServer();
                installation.limitStorage(
                        installation.storedBytes() + newest.orElseThrow().bytes() / 2);
                installation.startServer();
                // Now already: the run that it cancels would wait for the same room, and hold the worker meanwhile
                countLost();
                awaitWord(stage, log -> log.waiting(strike));
                patiently(() -> client().collect(false, Optional.empty()));
                awaitWord(stage, log -> log.roomAgain(strike));
                installation.endServer();
                installation.liftStorageLimit();
                installation.startServer();
            }
            case TEMPORAL -> {
                installation.killTemporal();
                installation.startTemporal();
            }
            case CORRUPT_BLOB -> {
                installation.killServer();
                if (newest.isPresent()) {
                    installation.corrupt(newest.get().sha256());
                }
                installation.startServer();
            }
            case ZOMBIE -> {
                installation.suspendWorker();
                installation.startWorker();
                awaitAttempt(stage);
                installation.wakeZombie();
            }
        }
    }

    /** Waits until the run's log tells something, or the stage has ended without it. */
    private void awaitWord(RunStage before, Function<RunLog, Optional<JsonNode>> word)
            throws DrillFailedException, InterruptedException {
        while (named(look(), before.name()).state() == StageState.RUNNING) {
            Optional<JsonNode> told = word.apply(log());
            if (told.isPresent()) {
                say(told.get().path("message").asText());
                return;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Waits until another attempt at the stage has begun. */
    private void awaitAttempt(RunStage before) throws DrillFailedException, InterruptedException {
        while (named(look(), before.name()).attempts() == before.attempts()) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Waits until the moment is reached, or missed. */
    private Run await(Moment moment, Fault fault) throws DrillFailedException, InterruptedException {
        while (true) {
            Run run = look();
            Optional<RunStage> current = current(run);
            if (current.isPresent() && reached(moment, fault, run, current.get())) {
                return run;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean reached(Moment moment, Fault fault, Run run, RunStage stage) throws InterruptedException {
        int place = run.stages().indexOf(stage);
        if (place < moment.place()) {
            return false;
        }
        if (moment.training()) {
            // A moment that was missed is made up for in the next train stage, behind its first checkpoint
            return training(stage)
                    && (place > moment.place() || step(stage).orElse(0) >= moment.amount())
                    && checkpoints(stage.name()).size() > fault.spoiledCheckpoints()
                    && (!fault.fillsStore() || roomCanBeMade(stage));
        }
        return place > moment.place() || (stage.seconds() != null && stage.seconds() >= moment.amount());
    }

    /** Whether a collection would make the room that the next checkpoint will lack. */
    private boolean roomCanBeMade(RunStage stage) throws InterruptedException {
        long checkpoint = checkpoints(stage.name()).stream()
                .mapToLong(Checkpoint::bytes)
                .max()
                .orElse(Long.MAX_VALUE);
        return patiently(() -> client().collect(true, Optional.empty())).value().blobBytes() >= checkpoint * 3 / 4;
    }

    /** Waits until the run tells other progress: then it is known where it is. */
    private Run awaitNews(Run before, RunStage stage) throws DrillFailedException, InterruptedException {
        Run run = before;
        while (current(run)
                .filter(now -> now.name().equals(stage.name()) && step(now).equals(step(stage)))
                .isPresent()) {
            Thread.sleep(POLL_MILLIS);
            run = look();
        }
        return run;
    }

    /** Waits until the stage has committed another checkpoint: that is then the newest for a while, and none is being written. */
    private Run awaitCheckpoint(RunStage stage) throws DrillFailedException, InterruptedException {
        OptionalLong before = newestStep(stage);
        Run run = look();
        while (named(run, stage.name()).state() == StageState.RUNNING
                && newestStep(stage).equals(before)) {
            Thread.sleep(POLL_MILLIS);
            run = look();
        }
        return run;
    }

    private OptionalLong newestStep(RunStage stage) throws InterruptedException {
        return checkpoints(stage.name()).stream().mapToLong(Checkpoint::step).max();
    }

    /** Waits until the stage is past where it was, or has told something since: its row first tells what was before. */
    private void awaitLife(RunStage before, Fault fault) throws DrillFailedException, InterruptedException {
        while (true) {
            // After a strike in its last stage the run may have ended
            Run run = peek();
            RunStage now = named(run, before.name());
            boolean another = now.attempts() > before.attempts() || !fault.endsAttempts();
            if (now.state() != StageState.RUNNING
                    || (another && (!training(now) || !step(now).equals(step(before))))) {
                return;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static RunStage named(Run run, String name) {
        return run.stages().stream()
                .filter(stage -> stage.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Waits for the run's end. */
    Outcome outcome(int everySteps) throws DrillFailedException, InterruptedException {
        Run run = peek();
        while (!run.state().ended()) {
            Thread.sleep(POLL_MILLIS);
            run = peek();
        }
        if (run.state() != RunState.SUCCEEDED) {
            throw new DrillFailedException("the run ended as " + run.state() + ": " + run.failure());
        }
        say("done");
        Map<String, String> digests = new TreeMap<>();
        List<StageLength> lengths = new ArrayList<>();
        for (RunStage stage : run.stages()) {
            stage.artifacts().forEach(artifact -> digests.put(stage.name() + "/" + artifact.name(), artifact.sha256()));
            lengths.add(new StageLength(
                    stage.name(), step(stage).orElse(0), stage.seconds() == null ? 0 : stage.seconds()));
        }
        RunLog log = log();
        List<Aftermath> aftermaths = new ArrayList<>();
        for (int i = 0; i < strikes.size(); i++) {
            Instant until = i + 1 < strikes.size() ? strikes.get(i + 1).at() : Instant.MAX;
            log.silence(strikes.get(i), until).ifPresent(lost::add);
            aftermaths.add(Aftermath.of(strikes.get(i), until, log, everySteps));
        }
        return new Outcome(digests, lengths, strikes, aftermaths, Set.copyOf(lost), seconds());
    }

    private Run look() throws DrillFailedException, InterruptedException {
        Run run = peek();
        if (run.state().ended()) {
            throw new DrillFailedException("the run ended as " + run.state() + " before everything was done to it"
                    + (run.failure() == null ? "" : ": " + run.failure()));
        }
        return run;
    }

    /**
     * The run as it is now; says when its stage changes.
     *
     * @throws DrillFailedException when it stands still
     */
    private Run peek() throws DrillFailedException, InterruptedException {
        Run run = patiently(() -> client().run(id)).value();
        List<String> standing = run.stages().stream()
                .map(stage -> stage.name() + stage.state() + stage.attempts() + stage.progress())
                .toList();
        if (!standing.equals(stood)) {
            stood = standing;
            movedAt = System.nanoTime();
        } else if (System.nanoTime() - movedAt > TimeUnit.SECONDS.toNanos(SECONDS_OF_STANDSTILL)) {
            throw new DrillFailedException("the run stands still for " + SECONDS_OF_STANDSTILL + " s, in "
                    + current(run).map(RunStage::name).orElse("no stage"));
        }
        current(run).map(RunStage::name).filter(stage -> !stage.equals(told)).ifPresent(stage -> {
            told = stage;
            say(stage);
        });
        return run;
    }

    private static Optional<RunStage> current(Run run) {
        return run.stages().stream()
                .filter(stage -> stage.state() == StageState.RUNNING)
                .findFirst();
    }

    private static boolean training(RunStage stage) {
        return TRAINING.contains(stage.name());
    }

    private static OptionalLong step(RunStage stage) {
        return training(stage) && stage.progress() != null && stage.progress().step() != null
                ? OptionalLong.of(stage.progress().step())
                : OptionalLong.empty();
    }

    private List<Checkpoint> checkpoints(String stage) throws InterruptedException {
        return patiently(() -> client().checkpoints(Optional.of(id), MOST_CHECKPOINTS)).items().stream()
                .filter(checkpoint -> checkpoint.stage().equals(stage))
                .toList();
    }

    /** Asks, and asks again while the server cannot answer. */
    private static <T> T patiently(Question<T> question) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_OF_PATIENCE);
        while (true) {
            try {
                return question.ask();
            } catch (ServerAwayException | ProblemException e) {
                boolean failed = !(e instanceof ProblemException problem) || problem.status() >= 500;
                if (!failed || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /** Something that is asked of the server. */
    private interface Question<T> {
        T ask() throws InterruptedException;
    }

    /** Submits another run, which is acknowledged just before the strike; once that is over, it is cancelled. */
    private void acknowledgeAnother() throws InterruptedException {
        String key = "another-" + strikes.size();
        acknowledgedRuns.put(
                key,
                client().submit(specification, YAML, key, OptionalInt.empty())
                        .value()
                        .id());
    }

    /** Looks for everything that the server had acknowledged. */
    private void countLost() throws InterruptedException {
        for (Map.Entry<String, String> entry : acknowledgedRuns.entrySet()) {
            String run = entry.getValue();
            try {
                patiently(() -> client().run(run));
                if (!patiently(() -> client().submit(specification, YAML, entry.getKey(), OptionalInt.empty()))
                        .value()
                        .id()
                        .equals(run)) {
                    lost.add("the key of run " + run);
                }
                if (!run.equals(id)) {
                    cancel(run);
                }
            } catch (ProblemException e) {
                lost.add("run " + run + " (" + e.getMessage() + ")");
            }
        }
        for (Map.Entry<String, Long> entry : acknowledgedCheckpoints.entrySet()) {
            if (checkpoints(entry.getKey()).stream().noneMatch(checkpoint -> checkpoint.step() >= entry.getValue())) {
                lost.add("the checkpoint of " + entry.getKey() + " at step " + entry.getValue());
            }
        }
    }

    private void cancel(String run) throws InterruptedException {
        RunState state = patiently(() -> client().run(run)).value().state();
        if (!state.ended() && state != RunState.STOPPING) {
            patiently(() -> client().steer(run, "cancel"));
        }
    }

    private RunLog log() throws InterruptedException {
        List<JsonNode> events = new ArrayList<>();
        long after = 0;
        while (true) {
            long from = after;
            Listing<Event> page = patiently(() -> client().logs(id, from, PAGE));
            page.json().path("items").forEach(events::add);
            if (page.items().isEmpty() || !page.more()) {
                return new RunLog(events);
            }
            after = page.items().getLast().id();
        }
    }

    private double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    private void say(String what) {
        progress.accept("%7.1f s  %s".formatted(seconds(), what));
    }

    /**
     * What became of a run.
     *
     * @param digests of every stage's outputs, by stage and name
     * @param lost what had been acknowledged and is not there
     * @param seconds from the submission to the end
     */
    record Outcome(
            Map<String, String> digests,
            List<StageLength> lengths,
            List<Strike> strikes,
            List<Aftermath> aftermaths,
            Set<String> lost,
            double seconds) {
        Outcome {
            digests = Map.copyOf(digests);
            lengths = List.copyOf(lengths);
            strikes = List.copyOf(strikes);
            aftermaths = List.copyOf(aftermaths);
            lost = Set.copyOf(lost);
        }
    }
}
