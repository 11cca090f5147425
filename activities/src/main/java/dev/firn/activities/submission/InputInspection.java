package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.Stores;
import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.training.data.DataFault;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.data.DataInspection;
import dev.firn.training.data.DatasetPreparer;
import dev.firn.workflows.specification.ContrastiveSpecification;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.StartSpecification;
import dev.firn.workflows.specification.TeacherSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.commons.io.FileUtils;

/** Holds a specification against the files it names, before a run is accepted. Reads; writes nothing. */
final class InputInspection {
    private final Stores stores;
    private final TrainingInputs inputs;
    private final Optional<Map<List<Object>, DataInspection>> seen;

    InputInspection(Stores stores, TrainingInputs inputs) {
        this(stores, inputs, Optional.empty());
    }

    private InputInspection(Stores stores, TrainingInputs inputs, Optional<Map<List<Object>, DataInspection>> seen) {
        this.stores = requireNonNull(stores, "stores is null");
        this.inputs = requireNonNull(inputs, "inputs is null");
        this.seen = seen;
    }

    /** One that reads the files of the same dataset once, for several specifications over it. Not for several threads. */
    InputInspection remembering() {
        return new InputInspection(stores, inputs, Optional.of(new HashMap<>()));
    }

    /**
     * What was found.
     *
     * @param digests digests of what each stage reads from outside
     */
    record Findings(List<Fault> faults, DataInspection data, Map<Stage, SortedMap<String, String>> digests) {}

    /**
     * Looks at everything that a specification names.
     *
     * @param start the folder that a start from elsewhere lies in
     */
    Findings inspect(RunSpecification specification, Optional<Path> start) throws IOException {
        DataInspection data = data(specification, start);
        List<Fault> faults = new ArrayList<>();
        data.faults().forEach(fault -> faults.add(toFault(fault, start.isPresent())));

        Map<Stage, SortedMap<String, String>> digests = new EnumMap<>(Stage.class);
        digests.put(Stage.PREPARE, new TreeMap<>(Map.of("data", data.inputDigest())));
        if (specification.initialise().from() instanceof StartSpecification.Elsewhere elsewhere) {
            digests.put(
                    Stage.INITIALISE,
                    new TreeMap<>(Map.of("start", requireNonNull(elsewhere.sha256(), "sha256 is null"))));
        }
        if (specification.filter().teacher() != null) {
            teacher(Stage.FILTER, specification.filter().teacher(), digests, faults);
        }
        if (specification.mine().teacher() != null) {
            teacher(Stage.MINE, specification.mine().teacher(), digests, faults);
        }
        if (data.faults().isEmpty()) {
            sizes(specification, data, faults);
        }
        return new Findings(faults, data, digests);
    }

    private DataInspection data(RunSpecification specification, Optional<Path> start) throws IOException {
        List<Object> named = List.of(
                specification.data(),
                specification.tokenizer(),
                specification.encoder().maximumTokens(),
                specification.encoding(),
                specification.initialise().from(),
                start);
        DataInspection known = seen.map(inspections -> inspections.get(named)).orElse(null);
        if (known != null) {
            return known;
        }
        DataInspection data = inspectData(specification, start);
        seen.ifPresent(inspections -> inspections.put(named, data));
        return data;
    }

    /** Registered datasets and objects lie in a folder for a while; what is said of their files does not name it. */
    private DataInspection inspectData(RunSpecification specification, Optional<Path> start) throws IOException {
        Path folder = inputs.newFolder();
        try {
            DataInspection data = new DatasetPreparer(inputs.artifacts())
                    .inspect(TrainingInputs.dataset(
                            specification, start, digest -> fetched(digest, folder), inputs.places(folder)));
            return new DataInspection(
                    data.faults().stream()
                            .map(fault -> new DataFault(
                                    fault.section(), fault.index(), fault.pointer(), named(fault.message(), folder)))
                            .toList(),
                    data.sources(),
                    data.evaluations(),
                    data.notes().stream().map(note -> named(note, folder)).toList(),
                    data.inputDigest());
        } catch (DataFaultException e) {
            return new DataInspection(e.faults(), List.of(), List.of(), List.of(), "");
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private static String named(String message, Path folder) {
        return TrainingInputs.asNamed(message, folder).replace(folder + "/", "");
    }

    private Path fetched(Digest digest, Path folder) {
        Path target = folder.resolve(digest.hex());
        if (!Files.exists(target)) {
            stores.artifacts()
                    .fetch(
                            stores.artifacts()
                                    .find(digest)
                                    .orElseThrow(() -> new NotFoundException("there is no artifact " + digest)),
                            target);
        }
        return target;
    }

    private static Fault toFault(DataFault fault, boolean startsElsewhere) {
        if (fault.section() == DataFault.Section.TOKENIZER && startsElsewhere) {
            return new Fault("/initialise/from", fault.message());
        }
        String parent = switch (fault.section()) {
            case SOURCES -> "/data/sources/" + fault.index();
            case EVALUATIONS -> "/data/evaluation/" + fault.index();
            case TOKENIZER -> "/tokenizer";
        };
        return new Fault(parent + fault.pointer(), fault.message());
    }

    private void teacher(
            Stage stage,
            TeacherSpecification teacher,
            Map<Stage, SortedMap<String, String>> digests,
            List<Fault> faults) {
        try {
            TrainingInputs.TeacherDigests files = inputs.teacherDigests(teacher);
            digests.put(stage, new TreeMap<>(Map.of("teacher", files.model(), "tokenizer", files.tokenizer())));
        } catch (IOException | IllegalArgumentException e) {
            faults.add(new Fault("/" + stage.label() + "/teacher", String.valueOf(e.getMessage())));
        }
    }

    /** Patterns that match nothing, and batches that no source could ever fill. */
    private static void sizes(RunSpecification specification, DataInspection data, List<Fault> faults) {
        if (specification.filter().teacher() != null) {
            requireMatch("/filter/sources", specification.filter().sources(), data, faults);
        }
        languages(specification, data, faults);
        batch("/pretrain", specification.pretrain(), specification.pretrain().sources(), data, faults);
        batch("/finetune", specification.finetune(), specification.mine().sources(), data, faults);
        if (data.evaluations().stream().allMatch(set -> set.queries() == 0)) {
            faults.add(new Fault("/data/evaluation", "no evaluation set has a query"));
        }
    }

    private static void languages(RunSpecification specification, DataInspection data, List<Fault> faults) {
        List<String> wanted = specification.initialise().languages();
        if (wanted == null) {
            return;
        }
        Set<String> present = new TreeSet<>();
        for (DataInspection.SourceCount source : data.sources()) {
            // A source of translations has two
            present.addAll(List.of(source.language().split("-", -1)));
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (!present.contains(wanted.get(i))) {
                faults.add(
                        new Fault("/initialise/languages/" + i, "is the language of no source; there are " + present));
            }
        }
    }

    private static boolean requireMatch(
            String pointer, List<String> patterns, DataInspection data, List<Fault> faults) {
        Predicate<String> matches = SourcePatterns.matching(patterns);
        if (data.sources().stream().map(DataInspection.SourceCount::name).noneMatch(matches)) {
            faults.add(new Fault(
                    pointer,
                    "matches no source; there are "
                            + data.sources().stream()
                                    .map(DataInspection.SourceCount::name)
                                    .toList()));
            return false;
        }
        return true;
    }

    private static void batch(
            String pointer,
            ContrastiveSpecification stage,
            List<String> patterns,
            DataInspection data,
            List<Fault> faults) {
        String patternPointer = pointer.equals("/finetune") ? "/mine/sources" : pointer + "/sources";
        if (!requireMatch(patternPointer, patterns, data, faults)) {
            return;
        }
        Predicate<String> matches = SourcePatterns.matching(patterns);
        long largest = data.sources().stream()
                .filter(source -> matches.test(source.name()))
                .mapToLong(DataInspection.SourceCount::pairs)
                .max()
                .orElse(0);
        if (stage.batchSize() > largest) {
            faults.add(new Fault(
                    pointer + "/batchSize",
                    "is " + stage.batchSize() + ", above the number of pairs of the largest source, which is " + largest
                            + " (a batch comes from one source)"));
        }
    }
}
