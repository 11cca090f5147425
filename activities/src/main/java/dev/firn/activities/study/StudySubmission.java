package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.activities.submission.DryRun;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.SourcePatterns;
import dev.firn.registry.Idempotency;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.study.CreatedStudy;
import dev.firn.registry.study.NewStudy;
import dev.firn.training.data.DataInspection;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.specification.StudyReader;
import dev.firn.workflows.specification.StudySpecification;
import dev.firn.workflows.study.StudyGrid;
import dev.firn.workflows.study.StudyPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Takes study specifications: refuses them with every fault named, or makes studies of them. Safe for use by several threads. */
public final class StudySubmission {
    private static final List<String> MODELS = List.of("/filter/teacher", "/mine/teacher", "/initialise/from");
    private static final int MOST_FAULTS = 50;

    private final StudyReader reader = new StudyReader(new SpecificationReader());
    private final Stores stores;
    private final RunSubmission runs;
    private final StudyStarter starter;

    public StudySubmission(Stores stores, RunSubmission runs, StudyStarter starter) {
        this.stores = requireNonNull(stores, "stores is null");
        this.runs = requireNonNull(runs, "runs is null");
        this.starter = requireNonNull(starter, "starter is null");
    }

    /**
     * Accepts a study: its rows are written before this returns; its runs are submitted by its workflow, which is started now, or by
     * reconciliation when Temporal is away.
     *
     * @param text YAML or JSON
     * @param idempotencyKey with it, the same text gives the study of the first request again
     * @param requestedBy who asks, kept with the study and its runs
     * @throws dev.firn.workflows.specification.UnreadableSpecificationException when the text is neither
     * @throws InvalidSpecificationException naming every fault; nothing was written then
     * @throws dev.firn.registry.ConflictException when the key was used with another text
     */
    public CreatedStudy submit(String text, Optional<String> idempotencyKey, Optional<String> requestedBy) {
        StudyPlan plan = dryRun(text);
        StudySpecification specification = plan.specification();
        CreatedStudy created = stores.studies()
                .create(new NewStudy(
                        specification.name(),
                        specification.type(),
                        reader.toDocument(specification),
                        specification.parallelism(),
                        plan.runs().stream().map(StudySubmission::planned).toList(),
                        idempotencyKey.map(key -> Idempotency.of(key, text)),
                        requestedBy));
        if (created.created()) {
            starter.start(created.study().id());
        }
        return created;
    }

    private static NewStudy.PlannedRun planned(StudyPlan.PlannedRun run) {
        return new NewStudy.PlannedRun(
                run.label(),
                run.coordinates(),
                run.dryRun().specification(),
                run.dryRun().stages().stream()
                        .collect(Collectors.toMap(stage -> stage.stage().label(), DryRun.PlannedStage::key)),
                run.languages(),
                run.continues());
    }

    /**
     * Says what a study would do, without making one.
     *
     * @throws InvalidSpecificationException naming every fault
     */
    public StudyPlan dryRun(String text) {
        StudySpecification study = reader.read(text);
        List<StudyPoint> points = StudyGrid.points(study);
        Function<JsonNode, DryRun> dryRuns = runs.dryRuns();
        DryRun base = base(study, dryRuns);
        List<Fault> faults = new ArrayList<>();
        List<StudyPlan.PlannedRun> planned = new ArrayList<>();
        Map<String, Integer> computing = new HashMap<>();
        for (StudyPoint point : points) {
            DryRun dryRun;
            try {
                dryRun = dryRuns.apply(pinned(point.specification()));
            } catch (InvalidSpecificationException e) {
                for (Fault fault : e.faults()) {
                    faults.add(
                            new Fault(point.origin(), point.label() + ": " + fault.pointer() + " " + fault.detail()));
                }
                continue;
            }
            if (isBase(point, study) || !sameAs(base, dryRun, study)) {
                planned.add(new StudyPlan.PlannedRun(
                        point.label(),
                        isBase(point, study) ? coordinatesOfBase(study, base) : point.coordinates(),
                        languages(dryRun),
                        point.continues(),
                        dryRun,
                        stages(dryRun, planned.size(), computing)));
            }
        }
        if (!faults.isEmpty()) {
            throw new InvalidSpecificationException(
                    faults.stream().distinct().limit(MOST_FAULTS).toList());
        }
        return new StudyPlan(study, planned);
    }

    /** The base on its own, so that what is wrong with it is told once. */
    private DryRun base(StudySpecification study, Function<JsonNode, DryRun> dryRuns) {
        try {
            return dryRuns.apply(pinned(StudyGrid.base(study)));
        } catch (InvalidSpecificationException e) {
            throw new InvalidSpecificationException(e.faults().stream()
                    .map(fault -> new Fault(
                            (study.change().at(fault.pointer()).isMissingNode() ? "/base" : "/change")
                                    + fault.pointer(),
                            fault.detail()))
                    .toList());
        }
    }

    private static boolean isBase(StudyPoint point, StudySpecification study) {
        return study instanceof StudySpecification.Ablation && point.origin().equals("/base");
    }

    /** A value that the base has anyway needs no second run. */
    private static boolean sameAs(DryRun base, DryRun run, StudySpecification study) {
        return study instanceof StudySpecification.Ablation && unnamed(base).equals(unnamed(run));
    }

    private static ObjectNode unnamed(DryRun run) {
        ObjectNode specification = run.specification().deepCopy();
        specification.remove(List.of("name", "description"));
        return specification;
    }

    /** Where the base stands among the values of what is varied. */
    private static ObjectNode coordinatesOfBase(StudySpecification study, DryRun base) {
        ObjectNode coordinates = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        if (study instanceof StudySpecification.Ablation ablation) {
            for (StudySpecification.VariedField field : ablation.vary()) {
                JsonNode value = base.specification().at(field.field());
                coordinates.set(field.field(), value.isMissingNode() ? coordinates.nullNode() : value);
            }
        }
        return coordinates;
    }

    /** Within a study a stage is computed by the first run that needs it. */
    private static List<StudyPlan.PlannedStage> stages(DryRun run, int position, Map<String, Integer> computing) {
        return run.stages().stream()
                .map(stage -> {
                    Integer first = stage.stage().reusable() && !stage.reused()
                            ? computing.putIfAbsent(stage.key(), position)
                            : null;
                    return new StudyPlan.PlannedStage(stage, Optional.ofNullable(first));
                })
                .toList();
    }

    /** The languages of the sources that pretraining and finetuning draw from. */
    private static Set<String> languages(DryRun run) {
        List<String> patterns = new ArrayList<>();
        run.specification().at("/pretrain/sources").forEach(pattern -> patterns.add(pattern.asText()));
        run.specification().at("/mine/sources").forEach(pattern -> patterns.add(pattern.asText()));
        Predicate<String> trained = SourcePatterns.matching(patterns);
        return run.data().sources().stream()
                .filter(source -> trained.test(source.name()))
                .map(DataInspection.SourceCount::language)
                // A source of translations has two
                .flatMap(languages -> Arrays.stream(languages.split("-", -1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Aliases may move while a study goes on: each is replaced by the version that it means now. */
    private ObjectNode pinned(ObjectNode specification) {
        ObjectNode pinned = specification.deepCopy();
        for (String pointer : MODELS) {
            if (pinned.at(pointer) instanceof ObjectNode node
                    && node.path("type").asText().equals("model")) {
                String[] reference = node.path("model").asText().split("@", 2);
                if (reference.length == 2 && !reference[1].matches("[0-9]+")) {
                    Optional<ModelVersion> version = stores.models().findByAlias(reference[0], reference[1]);
                    version.ifPresent(found -> node.put("model", reference[0] + "@" + found.version()));
                }
            }
        }
        return pinned;
    }
}
