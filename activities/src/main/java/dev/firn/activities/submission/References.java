package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.activities.importing.DatasetUpload;
import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.artifact.ArtifactFile;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.model.ModelVersion;
import dev.firn.training.artifact.ArtifactNotFoundException;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.start.Start;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.StartSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;

/**
 * Follows what a specification names by a name that may mean another thing tomorrow: registered models, datasets, and the weights to start from.
 * The digest of each goes into the specification, and the shape of the encoder where the weights say it.
 *
 * <p>Works on the document before it is held to the schema, so that all faults come at once; what the schema refuses is passed over.
 */
final class References {
    private static final String FROM = "/initialise/from";
    private static final Pattern MODEL = Pattern.compile("([a-z0-9][a-z0-9._-]{0,62})@([a-z0-9][a-z0-9._-]{0,62})");
    private static final Pattern DATASET = Pattern.compile("([a-z0-9][a-z0-9._-]{0,62})@([1-9][0-9]{0,8})");
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Set<String> SMALL_FILES =
            Set.of("config.json", Tokenizer.FILE, Tokenizer.CONFIG_FILE, Tokenizer.SPECIAL_TOKENS_FILE);

    private final Stores stores;
    private final TrainingInputs inputs;

    References(Stores stores, TrainingInputs inputs) {
        this.stores = requireNonNull(stores, "stores is null");
        this.inputs = requireNonNull(inputs, "inputs is null");
    }

    /**
     * A specification whose references were followed.
     *
     * @param document with what they mean
     * @param startFolder where the tokenizer of the weights to start from lies while this is open
     * @param temporary whether that folder goes away then
     */
    record Resolved(JsonNode document, List<Fault> faults, Optional<Path> startFolder, boolean temporary)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (temporary && startFolder.isPresent()) {
                FileUtils.deleteDirectory(startFolder.get().toFile());
            }
        }
    }

    Resolved resolve(JsonNode document) throws IOException {
        JsonNode copy = document.deepCopy();
        List<Fault> faults = new ArrayList<>();
        for (String teacher : List.of("/filter/teacher", "/mine/teacher")) {
            if (copy.at(teacher) instanceof ObjectNode node
                    && node.path("type").asText().equals("model")) {
                model(node, teacher, faults);
            }
        }
        JsonNode sources = copy.at("/data/sources");
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i) instanceof ObjectNode source
                    && source.path("type").asText().equals("dataset")) {
                dataset(source, "/data/sources/" + i, faults);
            }
        }
        if (copy instanceof ObjectNode object && copy.at(FROM) instanceof ObjectNode from) {
            return start(object, from, faults);
        }
        return new Resolved(copy, faults, Optional.empty(), false);
    }

    /** Puts the digest of a registered model beside its name. */
    private Optional<ModelVersion> model(ObjectNode node, String pointer, List<Fault> faults) {
        Matcher matcher = MODEL.matcher(node.path("model").asText(""));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String name = matcher.group(1);
        String selector = matcher.group(2);
        Optional<ModelVersion> version = VERSION.matcher(selector).matches()
                ? stores.models().find(name, Integer.parseInt(selector))
                : stores.models().findByAlias(name, selector);
        if (version.isEmpty()) {
            faults.add(new Fault(pointer + "/model", "there is no model " + matcher.group()));
            return Optional.empty();
        }
        digest(node, pointer, version.get().artifact().digest(), faults);
        return version;
    }

    /** Puts the digest of a registered dataset beside its name, and the language that was said when it was sent. */
    private void dataset(ObjectNode node, String pointer, List<Fault> faults) {
        Matcher matcher = DATASET.matcher(node.path("dataset").asText(""));
        if (!matcher.matches()) {
            return;
        }
        Optional<Dataset> found = stores.datasets().find(matcher.group(1), Integer.parseInt(matcher.group(2)));
        if (found.isEmpty()) {
            faults.add(new Fault(pointer + "/dataset", "there is no dataset " + matcher.group()));
            return;
        }
        Dataset dataset = found.get();
        if (!dataset.artifact().kind().equals(DatasetUpload.KIND)) {
            faults.add(new Fault(
                    pointer + "/dataset",
                    matcher.group() + " was prepared by a run; only what was sent as files of pairs can be a source"));
            return;
        }
        JsonNode language = dataset.summary().path("language");
        if (language.isTextual() && !node.has("language")) {
            node.set("language", language);
        }
        digest(node, pointer, dataset.artifact().digest(), faults);
    }

    private static void digest(ObjectNode node, String pointer, Digest digest, List<Fault> faults) {
        if (!node.has("sha256")) {
            node.put("sha256", digest.hex());
        } else if (!node.get("sha256").asText().equals(digest.hex())) {
            faults.add(new Fault(
                    pointer + "/sha256", "is " + node.get("sha256").asText() + ", but what is named has " + digest));
        }
    }

    private Resolved start(ObjectNode document, ObjectNode from, List<Fault> faults) throws IOException {
        String type = from.path("type").asText("");
        String field = type.equals("folder") || type.equals("model") || type.equals("artifact") ? type : "";
        if (field.isEmpty() || !from.path(field).isTextual()) {
            return new Resolved(document, faults, Optional.empty(), false);
        }
        String pointer = FROM + "/" + field;
        Optional<Path> temporary = Optional.empty();
        try {
            Start start;
            if (type.equals("model")) {
                Optional<ModelVersion> version = model(from, FROM, faults);
                if (version.isEmpty()) {
                    return new Resolved(document, faults, Optional.empty(), false);
                }
                temporary = Optional.of(smallFiles(version.get()));
                start = Start.open(temporary.get());
                start.tokenizerFaults().forEach(fault -> faults.add(new Fault(pointer, fault)));
            } else {
                start = Start.open(inputs.startFolder(
                        type.equals("folder")
                                ? new StartSpecification.Folder(from.get(field).asText(), null, null, false)
                                : new StartSpecification.Artifact(
                                        from.get(field).asText(), null, null, false),
                        digest -> {
                            throw new NotFoundException("no model is asked for, but " + digest);
                        }));
                start.faults(Math.min(layers(from, start), start.configuration().layers()))
                        .forEach(fault -> faults.add(new Fault(pointer, fault)));
                if (faults.stream().noneMatch(fault -> fault.pointer().equals(pointer))) {
                    digest(from, FROM, inputs.startDigest(start), faults);
                }
            }
            if (layers(from, start) > start.configuration().layers()) {
                faults.add(new Fault(
                        FROM + "/keepLayers",
                        "is " + layers(from, start) + ", but the weights have "
                                + start.configuration().layers() + " layers"));
            }
            encoder(document, start.configuration(), layers(from, start), faults);
            return new Resolved(document, faults, Optional.of(start.tokenizerFolder()), temporary.isPresent());
        } catch (IOException | ArtifactNotFoundException | InvalidTokenizerException | IllegalArgumentException e) {
            if (temporary.isPresent()) {
                FileUtils.deleteDirectory(temporary.get().toFile());
            }
            faults.add(new Fault(pointer, String.valueOf(e.getMessage())));
            return new Resolved(document, faults, Optional.empty(), false);
        }
    }

    private static int layers(ObjectNode from, Start start) {
        JsonNode kept = from.path("keepLayers");
        return kept.isIntegralNumber() && kept.canConvertToInt() && kept.intValue() > 0
                ? kept.intValue()
                : start.configuration().layers();
    }

    /** What a registered model's shape and tokenizer can be seen from, without its weights. */
    private Path smallFiles(ModelVersion version) throws IOException {
        Path folder = inputs.newFolder();
        try {
            for (ArtifactFile file :
                    stores.artifacts().listFiles(version.artifact().digest())) {
                if (SMALL_FILES.contains(file.name())) {
                    try (InputStream content =
                            stores.artifacts().openFile(version.artifact().digest(), file.name())) {
                        Files.copy(content, folder.resolve(file.name()));
                    }
                }
            }
            return folder;
        } catch (IOException | RuntimeException e) {
            FileUtils.deleteDirectory(folder.toFile());
            throw e;
        }
    }

    /** The weights say the encoder's shape; what the specification says besides must be the same. */
    private static void encoder(
            ObjectNode document, EncoderConfiguration configuration, int layers, List<Fault> faults) {
        if (document.has("encoder") && !document.get("encoder").isObject()) {
            return;
        }
        ObjectNode encoder =
                document.get("encoder") instanceof ObjectNode given ? given : document.putObject("encoder");
        Map<String, JsonNode> shape = new LinkedHashMap<>();
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        shape.put("family", nodes.textNode(configuration.family().word()));
        shape.put("layers", nodes.numberNode(layers));
        shape.put("hiddenSize", nodes.numberNode(configuration.hidden()));
        shape.put("attentionHeads", nodes.numberNode(configuration.heads()));
        shape.put("intermediateSize", nodes.numberNode(configuration.intermediate()));
        shape.put("maximumTokens", nodes.numberNode(configuration.maximumTokens()));
        shape.put("layerNormEpsilon", nodes.numberNode(configuration.layerNormEpsilon()));
        shape.put("initializerRange", nodes.numberNode(configuration.initializerRange()));
        shape.forEach((name, value) -> {
            JsonNode given = encoder.get(name);
            if (given == null) {
                encoder.set(name, value);
            } else if (given.isNumber() != value.isNumber()
                    || (value.isNumber() ? given.doubleValue() != value.doubleValue() : !given.equals(value))) {
                faults.add(new Fault(
                        "/encoder/" + name,
                        "is " + given + ", but the weights that initialise.from names have " + value
                                + "; leave it out"));
            }
        });
    }
}
