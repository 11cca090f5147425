package dev.firn.activities.submission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.blob.ObjectLocation;
import dev.firn.training.encoder.EncoderFamily;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.TokenizerSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which of the files and folders that a specification names are not there: what its user has to bring. */
final class MissingInputs {
    private static final List<String> FOLDERS = List.of("folder", "corpusFolder");
    private static final List<String> FILES_IN_FOLDER = List.of("model", "tokenizer");

    private static final int MULTILINGUAL_BERT_WORDS = 119_547;
    private static final int XLM_ROBERTA_WORDS = 250_002;

    private MissingInputs() {}

    /**
     * The missing files and folders, by the fields that name them.
     *
     * @param specification resolved
     */
    static List<Fault> of(JsonNode specification) {
        List<Fault> missing = new ArrayList<>();
        for (String part : List.of("data", "tokenizer", "initialise", "filter", "mine")) {
            collect(specification.path(part), "/" + part, missing);
        }
        return missing;
    }

    /** How many words a tokenizer that is not there is taken to have: the trained one's limit, BERT's or XLM-R's. */
    static int vocabularySize(RunSpecification specification) {
        return switch (specification.tokenizer()) {
            case TokenizerSpecification.Trained(int vocabularySize) -> vocabularySize;
            case TokenizerSpecification.Folder _, TokenizerSpecification.Start _ ->
                specification.encoder().family().equals(EncoderFamily.BERT.word())
                        ? MULTILINGUAL_BERT_WORDS
                        : XLM_ROBERTA_WORDS;
        };
    }

    private static void collect(JsonNode node, String pointer, List<Fault> missing) {
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                collect(array.get(i), pointer + "/" + i, missing);
            }
            return;
        }
        if (!(node instanceof ObjectNode object)) {
            return;
        }
        for (String field : FOLDERS) {
            if (object.path(field).isTextual()
                    && !ObjectLocation.names(object.get(field).textValue())) {
                Path folder = Path.of(object.get(field).textValue());
                if (!Files.isDirectory(folder)) {
                    missing.add(new Fault(pointer + "/" + field, "there is no folder " + folder));
                } else if (field.equals("folder")) {
                    files(object, folder, pointer, missing);
                }
            }
        }
        if (object.path("files") instanceof ArrayNode files) {
            for (int i = 0; i < files.size(); i++) {
                if (files.get(i).isTextual()
                        && !ObjectLocation.names(files.get(i).textValue())
                        && !Files.isRegularFile(Path.of(files.get(i).textValue()))) {
                    missing.add(new Fault(
                            pointer + "/files/" + i,
                            "there is no file " + files.get(i).textValue()));
                }
            }
        }
        object.properties().forEach(field -> {
            if (field.getValue().isContainerNode()) {
                collect(field.getValue(), pointer + "/" + field.getKey(), missing);
            }
        });
    }

    /** A teacher's files stand in its folder. */
    private static void files(ObjectNode teacher, Path folder, String pointer, List<Fault> missing) {
        if (!teacher.path("type").asText().equals("onnx")) {
            return;
        }
        for (String field : FILES_IN_FOLDER) {
            Path file = folder.resolve(teacher.path(field).asText());
            if (!Files.isRegularFile(file)) {
                missing.add(new Fault(pointer + "/" + field, "there is no file " + file));
            }
        }
    }
}
