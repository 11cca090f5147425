package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.activities.run.RunStarter;
import dev.firn.activities.stage.Numerics;
import dev.firn.activities.stage.StageMemory;
import dev.firn.registry.Idempotency;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.run.CreatedRun;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.StageExecution;
import dev.firn.training.data.DataInspection;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.start.Start;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.MergePatch;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.specification.TokenizerSpecification;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** Takes specifications: refuses them with every fault named, or makes runs of them. Safe for use by several threads. */
public final class RunSubmission {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final SpecificationReader reader = new SpecificationReader();
    private final Stores stores;
    private final References references;
    private final InputInspection inspection;
    private final RunStarter starter;
    private final DataFolders folders;

    public RunSubmission(Stores stores, TrainingInputs inputs, RunStarter starter) {
        this.stores = requireNonNull(stores, "stores is null");
        this.references = new References(stores, inputs);
        this.folders = inputs.folders();
        this.inspection = new InputInspection(stores, inputs);
        this.starter = requireNonNull(starter, "starter is null");
    }

    /** The JSON schema of specifications. */
    public String schema() {
        return reader.schemaText();
    }

    /**
     * Accepts a run with the priority that its text says, asked for by nobody known, as
     * {@link #submit(String, Optional, OptionalInt, Optional)} does.
     */
    public Submission submit(String text, Optional<String> idempotencyKey) {
        return submit(text, idempotencyKey, OptionalInt.empty(), Optional.empty());
    }

    /**
     * Accepts a run: its rows are written before this returns, so that it is never lost; its workflow is started now, or
     * by reconciliation when Temporal is away.
     *
     * @param text YAML or JSON
     * @param idempotencyKey with it, the same text and priority give the run of the first request again
     * @param priority when given, takes the place of the text's
     * @param requestedBy who asks, kept with the run
     * @throws dev.firn.workflows.specification.UnreadableSpecificationException when the text is neither
     * @throws InvalidSpecificationException naming every fault; nothing was written then
     * @throws dev.firn.registry.ConflictException when the key was used with another text
     */
    public Submission submit(
            String text, Optional<String> idempotencyKey, OptionalInt priority, Optional<String> requestedBy) {
        JsonNode document = reader.parse(text);
        priority.ifPresent(value -> {
            if (document instanceof ObjectNode object) {
                object.put("priority", value);
            }
        });
        String body = text + (priority.isPresent() ? "\0" + priority.getAsInt() : "");
        Optional<Idempotency> idempotency = idempotencyKey.map(key -> Idempotency.of(key, body));
        Plan plan = plan(document, inspection);
        return create(plan, stages(plan), idempotency, Optional.empty(), requestedBy);
    }

    private static List<NewRun.NewStage> stages(Plan plan) {
        return plan.keys().entrySet().stream()
                .map(entry -> new NewRun.NewStage(entry.getKey().label(), Optional.of(entry.getValue())))
                .toList();
    }

    /**
     * Accepts a run that was planned before, as part of something larger.
     *
     * @param document its specification
     * @param dataKey the key that its first stage was planned with
     * @param idempotencyKey with it, the same specification gives the run of the first request again
     * @param requestedBy who asks, kept with the run
     * @throws InvalidSpecificationException naming every fault, such as files that have changed since
     */
    public Submission submitPlanned(
            JsonNode document, String dataKey, String idempotencyKey, Optional<String> requestedBy) {
        Plan plan = plan(document, inspection);
        requireSameData(plan, dataKey);
        return create(plan, stages(plan), idempotency(idempotencyKey, document), Optional.empty(), requestedBy);
    }

    /** Accepts a run that was planned before as one that goes on from a checkpoint; otherwise as {@link #submitPlanned}. */
    public Submission continuePlanned(
            UUID checkpointId, JsonNode document, String dataKey, String idempotencyKey, Optional<String> requestedBy) {
        Checkpoint checkpoint = stores.checkpoints().get(checkpointId);
        Plan plan = forked(checkpoint, resolvedSpecification(checkpoint), document);
        requireSameData(plan, dataKey);
        return create(
                plan,
                forkedStages(plan, Stage.of(checkpoint.stage()), checkpoint),
                idempotency(idempotencyKey, document),
                Optional.of(checkpointId),
                requestedBy);
    }

    private static Optional<Idempotency> idempotency(String key, JsonNode document) {
        return Optional.of(Idempotency.of(key, document.toString()));
    }

    private static void requireSameData(Plan plan, String dataKey) {
        if (!plan.keys().get(Stage.PREPARE).equals(dataKey)) {
            throw new InvalidSpecificationException(
                    List.of(new Fault("/data", "an input file changed after the run was planned")));
        }
    }

    /**
     * Accepts a run that goes on from a checkpoint of another, under a specification that is the other's with changes. It has the
     * outputs of the stages before from the beginning; weights, moments and position of the checkpoint's stage are the
     * checkpoint's, and everything after is its own. What steered the other does not carry over.
     *
     * @param patch a JSON merge patch (RFC 7396) of the other run's resolved specification, YAML or JSON
     * @param idempotencyKey with it, the same patch of the same checkpoint gives the run of the first request again
     * @param requestedBy who asks, kept with the run
     * @throws dev.firn.registry.NotFoundException when there is no such checkpoint
     * @throws dev.firn.workflows.specification.UnreadableSpecificationException when the patch is neither YAML nor JSON
     * @throws InvalidSpecificationException naming every fault, such as a change that the checkpoint does not fit
     * @throws dev.firn.registry.ConflictException when the key was used with something else
     */
    public Submission fork(
            UUID checkpointId, String patch, Optional<String> idempotencyKey, Optional<String> requestedBy) {
        Fork fork = planFork(checkpointId, patch);
        String request = checkpointId + "\n" + patch;
        return create(
                fork.plan(),
                forkedStages(fork.plan(), Stage.of(fork.checkpoint().stage()), fork.checkpoint()),
                idempotencyKey.map(key -> Idempotency.of(key, request)),
                Optional.of(checkpointId),
                requestedBy);
    }

    /**
     * Says what a fork would do, without making one, as {@link #fork(UUID, String, Optional, Optional)} would refuse it.
     *
     * @throws dev.firn.registry.NotFoundException when there is no such checkpoint
     * @throws InvalidSpecificationException naming every fault
     */
    public ForkDryRun dryRunFork(UUID checkpointId, String patch) {
        Fork fork = planFork(checkpointId, patch);
        List<NewRun.NewStage> planned =
                forkedStages(fork.plan(), Stage.of(fork.checkpoint().stage()), fork.checkpoint());
        List<DryRun.PlannedStage> stages = new ArrayList<>();
        for (NewRun.NewStage each : planned) {
            Stage stage = Stage.of(each.stage());
            String key = each.key().orElseThrow();
            if (each.source().isPresent()) {
                stages.add(new DryRun.PlannedStage(stage, key, true, "the checkpoint was made of it"));
            } else {
                stages.add(planned(fork.plan(), stage, key));
            }
        }
        return new ForkDryRun(fork.before(), dryRun(fork.plan(), stages));
    }

    private record Fork(Checkpoint checkpoint, JsonNode before, Plan plan) {}

    private Fork planFork(UUID checkpointId, String patch) {
        Checkpoint checkpoint = stores.checkpoints().get(checkpointId);
        JsonNode before = resolvedSpecification(checkpoint);
        JsonNode after = MergePatch.apply(before, reader.parse(patch.isBlank() ? "{}" : patch));
        return new Fork(checkpoint, before, forked(checkpoint, before, after));
    }

    private JsonNode resolvedSpecification(Checkpoint checkpoint) {
        return reader.toDocument(reader.read(stores.runs().specification(checkpoint.runId())));
    }

    /** Plans a fork; refuses what its checkpoint does not fit. */
    private Plan forked(Checkpoint checkpoint, JsonNode before, JsonNode after) {
        List<Fault> faults = ForkRules.faults(Stage.of(checkpoint.stage()), checkpoint.step(), before, after);
        Plan plan;
        try {
            plan = plan(after, inspection);
        } catch (InvalidSpecificationException e) {
            faults.addAll(e.faults());
            throw new InvalidSpecificationException(faults);
        }
        if (!faults.isEmpty()) {
            throw new InvalidSpecificationException(faults);
        }
        return plan;
    }

    private List<NewRun.NewStage> forkedStages(Plan plan, Stage forked, Checkpoint checkpoint) {
        Set<Stage> inherited = ForkRules.inherited(forked);
        Map<Stage, String> keys = new EnumMap<>(Stage.class);
        List<NewRun.NewStage> stages = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            Optional<UUID> source = Optional.empty();
            String planned = plan.keys().get(stage);
            List<String> upstream = stage.upstream().stream().map(keys::get).toList();
            if (inherited.contains(stage)) {
                StageExecution of = stores.stages().get(checkpoint.runId(), stage.label());
                source = Optional.of(of.reusedFrom().orElse(of.id()));
                keys.put(stage, of.key().orElseThrow());
            } else if (stage == forked) {
                keys.put(
                        stage,
                        StageKeys.under(
                                planned,
                                Map.of(
                                        "checkpoint",
                                                checkpoint.artifact().digest().hex(),
                                        "step", checkpoint.step(),
                                        "upstream", upstream)));
            } else if (upstream.equals(
                    stage.upstream().stream().map(plan.keys()::get).toList())) {
                keys.put(stage, planned);
            } else {
                keys.put(stage, StageKeys.under(planned, Map.of("upstream", upstream)));
            }
            stages.add(new NewRun.NewStage(stage.label(), Optional.of(keys.get(stage)), source));
        }
        return stages;
    }

    private Submission create(
            Plan plan,
            List<NewRun.NewStage> stages,
            Optional<Idempotency> idempotency,
            Optional<UUID> parentCheckpoint,
            Optional<String> requestedBy) {
        CreatedRun created = stores.runs()
                .create(new NewRun(
                        plan.specification().name(),
                        reader.toDocument(plan.specification()),
                        plan.specification().priority(),
                        stages,
                        idempotency,
                        parentCheckpoint,
                        requestedBy));
        if (created.created()) {
            stores.runs().setFingerprint(created.run().id(), MAPPER.valueToTree(plan.fingerprint()));
            stores.queue().setNeed(created.run().id(), need(plan).bytes());
            starter.start(created.run().id());
        }
        return new Submission(created.run().id(), created.created());
    }

    /**
     * Says what a run would do, without making one.
     *
     * @throws InvalidSpecificationException naming every fault
     */
    public DryRun dryRun(String text) {
        return dryRun(plan(reader.parse(text), inspection));
    }

    /**
     * Dry runs of several specifications, one after another: the files of a dataset that they share are read once. Not for use by
     * several threads; each throws as {@link #dryRun(String)} does.
     */
    public Function<JsonNode, DryRun> dryRuns() {
        InputInspection remembering = inspection.remembering();
        return document -> dryRun(plan(document, remembering));
    }

    private DryRun dryRun(Plan plan) {
        List<DryRun.PlannedStage> stages = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            stages.add(planned(plan, stage, plan.keys().get(stage)));
        }
        return dryRun(plan, stages);
    }

    private DryRun dryRun(Plan plan, List<DryRun.PlannedStage> stages) {
        return new DryRun(
                reader.toDocument(plan.specification()),
                stages,
                plan.findings().data(),
                need(plan),
                RunNeeds.of(
                        plan.specification(),
                        plan.encoder(),
                        Optional.of(plan.findings().data())),
                List.of());
    }

    /**
     * Says what a run would do, as {@link #dryRun(String)} does; or, where files and folders that the specification names are not
     * there yet, which those are, and what the run would take with them.
     *
     * @throws InvalidSpecificationException naming every fault that is none of missing files
     */
    public DryRun estimate(String text) {
        JsonNode document = reader.parse(text);
        folders.require(document);
        RunSpecification specification = reader.read(document);
        List<Fault> missing = MissingInputs.of(reader.toDocument(specification));
        if (missing.isEmpty()) {
            return dryRun(plan(document, inspection));
        }
        if (specification.encoder() == null) {
            List<Fault> faults = new ArrayList<>(missing);
            faults.add(
                    new Fault(
                            "/encoder",
                            "is left to the weights, which may not be there; state it here, and a dry run can count without them"));
            throw new InvalidSpecificationException(faults);
        }
        EncoderConfiguration encoder = StageMemory.encoder(specification, MissingInputs.vocabularySize(specification));
        return new DryRun(
                reader.toDocument(specification),
                List.of(),
                new DataInspection(List.of(), List.of(), List.of(), List.of(), ""),
                MemoryNeed.of(StageMemory.largest(specification, encoder)),
                RunNeeds.of(specification, encoder, Optional.empty()),
                missing);
    }

    private DryRun.PlannedStage planned(Plan plan, Stage stage, String key) {
        Optional<StageExecution> finished = plan.specification().reuse() && stage.reusable()
                ? stores.stages().findReusable(key)
                : Optional.empty();
        return new DryRun.PlannedStage(stage, key, finished.isPresent(), reason(plan.specification(), stage, finished));
    }

    private static MemoryNeed need(Plan plan) {
        return MemoryNeed.of(StageMemory.largest(plan.specification(), plan.encoder()));
    }

    private static String reason(RunSpecification specification, Stage stage, Optional<StageExecution> finished) {
        if (finished.isPresent()) {
            return "run " + finished.get().runId() + " finished it with the same key";
        }
        if (!stage.reusable()) {
            return "its gate is weighed every time";
        }
        return specification.reuse() ? "no finished stage has this key" : "the specification says reuse: false";
    }

    private record Plan(
            RunSpecification specification,
            InputInspection.Findings findings,
            EncoderConfiguration encoder,
            Map<Stage, String> keys,
            Map<String, ?> fingerprint) {}

    private Plan plan(JsonNode document, InputInspection inspection) {
        folders.require(document);
        RunSpecification specification;
        InputInspection.Findings findings;
        EncoderConfiguration encoder;
        try (References.Resolved resolved = references.resolve(document)) {
            specification = read(resolved);
            findings = inspection.inspect(specification, resolved.startFolder());
            if (!findings.faults().isEmpty()) {
                throw new InvalidSpecificationException(findings.faults());
            }
            encoder = encoder(specification, resolved.startFolder());
        } catch (IOException e) {
            throw new UncheckedIOException("An input of the specification could not be read: " + e.getMessage(), e);
        }
        Map<String, ?> fingerprint = Numerics.fingerprint(specification.threads());
        return new Plan(
                specification,
                findings,
                encoder,
                StageKeys.compute(specification, findings.digests(), fingerprint),
                fingerprint);
    }

    /** The encoder as it will be trained; before its vocabulary is pruned, which only preparing the texts can tell. */
    private static EncoderConfiguration encoder(RunSpecification specification, Optional<Path> startFolder)
            throws IOException {
        return switch (specification.tokenizer()) {
            case TokenizerSpecification.Trained(int vocabularySize) ->
                StageMemory.encoder(specification, vocabularySize);
            case TokenizerSpecification.Folder(String folder) -> {
                try (Tokenizer tokenizer =
                        Tokenizer.open(Path.of(folder), specification.encoder().maximumTokens())) {
                    yield StageMemory.encoder(specification, tokenizer.vocabularySize());
                }
            }
            case TokenizerSpecification.Start() ->
                Start.open(startFolder.orElseThrow())
                        .configuration(specification.encoder().layers());
        };
    }

    /** Reads a specification; its own faults and those of what it refers to come together. */
    private RunSpecification read(References.Resolved resolved) {
        List<Fault> faults = new ArrayList<>(resolved.faults());
        RunSpecification specification = null;
        try {
            specification = reader.read(resolved.document());
        } catch (InvalidSpecificationException e) {
            e.faults().stream().filter(fault -> !faults.contains(fault)).forEach(faults::add);
        }
        if (specification == null || !faults.isEmpty()) {
            throw new InvalidSpecificationException(faults);
        }
        return specification;
    }
}
