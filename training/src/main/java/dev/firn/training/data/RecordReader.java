package dev.firn.training.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.json.JsonFault;
import dev.firn.training.lines.LineInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipException;

/** Reads files of one JSON object a line, telling what is wrong by file and line. */
final class RecordReader {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** MIRACL's and others' names of an id. */
    private static final List<String> OTHER_IDS = List.of("docid", "id");

    private RecordReader() {}

    /** Takes a record; throws {@link WrongRecordException} when it cannot. */
    interface RecordConsumer {
        void accept(ObjectNode record) throws IOException, WrongRecordException;
    }

    /** Takes a line; throws {@link WrongRecordException} when it cannot. */
    interface LineConsumer {
        void accept(byte[] line, long number) throws IOException, WrongRecordException;
    }

    /** A line is not what it should be. */
    static final class WrongRecordException extends Exception {
        WrongRecordException(String message) {
            super(message);
        }
    }

    /** Gives each record of a file to a consumer; blank lines are passed over. */
    static void records(
            Path file,
            String pointer,
            String digestName,
            FaultCollector faults,
            InputDigest digest,
            RecordConsumer records)
            throws IOException {
        lines(file, pointer, digestName, faults, digest, (line, number) -> records.accept(parse(line)));
    }

    /** Gives each line of a file that is not blank to a consumer. */
    static void lines(
            Path file, String pointer, String digestName, FaultCollector faults, InputDigest digest, LineConsumer lines)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            faults.add(pointer, file + ": there is no such file");
            return;
        }
        try (FaultCollector.OfFile ofFile = faults.file(pointer, file);
                LineInput input = open(file, ofFile)) {
            if (input == null) {
                return;
            }
            for (byte[] line = next(input, ofFile); line != null; line = next(input, ofFile)) {
                if (isBlank(line)) {
                    continue;
                }
                try {
                    lines.accept(line, input.number());
                } catch (WrongRecordException e) {
                    ofFile.line(input.number(), e.getMessage());
                }
            }
            digest.add(digestName, input.digest());
        }
    }

    private static LineInput open(Path file, FaultCollector.OfFile faults) {
        try {
            return new LineInput(file);
        } catch (IOException e) {
            faults.whole("cannot be read: " + e.getMessage());
            return null;
        }
    }

    private static byte[] next(LineInput input, FaultCollector.OfFile faults) {
        try {
            return input.next();
        } catch (EOFException e) {
            faults.broken(input.number(), "the compressed file ends too early");
        } catch (ZipException e) {
            faults.broken(input.number(), "the compressed file is damaged: " + e.getMessage());
        } catch (IOException e) {
            faults.broken(input.number(), "cannot be read: " + e.getMessage());
        }
        return null;
    }

    static boolean isBlank(byte[] line) {
        for (byte value : line) {
            if (value != ' ' && value != '\t' && value != '\r') {
                return false;
            }
        }
        return true;
    }

    static ObjectNode parse(byte[] line) throws IOException, WrongRecordException {
        try {
            JsonNode node = JSON.readTree(line);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new WrongRecordException("is no JSON object");
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at column " + e.getLocation().getColumnNr();
            String what = JsonFault.said(e);
            throw new WrongRecordException("is no JSON: " + what + where);
        } catch (IOException e) {
            // Jackson's word for bytes that are not UTF-8
            throw new WrongRecordException("is no JSON: " + e.getMessage());
        }
    }

    /** A field that must be there as a string with something in it. */
    static String text(ObjectNode record, String field) throws WrongRecordException {
        JsonNode value = record.get(field);
        if (value == null || value.isNull()) {
            throw new WrongRecordException("lacks the field \"" + field + "\"");
        }
        if (!value.isTextual()) {
            throw new WrongRecordException("the field \"" + field + "\" is no string");
        }
        String text = value.textValue().strip();
        if (text.isEmpty()) {
            throw new WrongRecordException("the field \"" + field + "\" is empty");
        }
        return text;
    }

    /** An id: a string or a whole number, without tabs and line ends, which a file of judgements could not hold. */
    static String id(ObjectNode record) throws WrongRecordException {
        JsonNode value = record.get("_id");
        for (String other : OTHER_IDS) {
            value = value == null ? record.get(other) : value;
        }
        if (value == null
                || !(value.isTextual() || value.isIntegralNumber())
                || value.asText().isEmpty()) {
            throw new WrongRecordException("lacks an \"_id\" that is a string");
        }
        String id = value.asText();
        if (id.chars().anyMatch(character -> character == '\t' || character == '\n' || character == '\r')) {
            throw new WrongRecordException("the \"_id\" has a tab or a line end in it");
        }
        return id;
    }

    /** A language tag in a field, or the language of records that name none. */
    static String language(ObjectNode record, String otherwise) throws WrongRecordException {
        JsonNode value = record.get("language");
        if (value == null || value.isNull()) {
            if (otherwise == null) {
                throw new WrongRecordException("lacks the field \"language\", and the source names no language");
            }
            return otherwise;
        }
        if (!value.isTextual() || !LanguageTags.isValid(value.textValue())) {
            throw new WrongRecordException("the field \"language\" is no language tag: " + value);
        }
        return value.textValue();
    }
}
