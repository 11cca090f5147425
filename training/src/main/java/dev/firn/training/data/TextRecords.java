package dev.firn.training.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.data.RecordReader.WrongRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads texts with ids, and judgements, in the formats of retrieval collections: JSON lines ({@code _id}, {@code docid} or {@code
 * id}; {@code title} and {@code text}), TREC's documents and topics between tags, and {@code id<TAB>text}. A {@code .json} or {@code
 * .jsonl} name means JSON lines, a first character {@code <} tags.
 */
final class TextRecords {
    private static final int LONGEST_RECORD = 1 << 26;
    private static final Pattern TAG = Pattern.compile("<\\s*(/?)\\s*([A-Za-z][A-Za-z0-9_-]*)[^<>]*>");
    private static final Pattern ENTITY = Pattern.compile("&(#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final Set<String> TEXT_ELEMENTS =
            Set.of("title", "ti", "headline", "hl", "head", "lead", "ld", "lp", "text", "tx", "abstract");
    private static final List<String> BEIR_HEADING = List.of("query-id", "corpus-id", "score");

    private TextRecords() {}

    /** Takes a text with its id; throws {@link WrongRecordException} when it cannot. */
    interface TextConsumer {
        void accept(String id, String text) throws IOException, WrongRecordException;
    }

    /** Takes a judgement; throws {@link WrongRecordException} when it cannot. */
    interface JudgementConsumer {
        void accept(String query, String document, int relevance) throws IOException, WrongRecordException;
    }

    /** Gives each text of a file. */
    static void texts(
            Path file, String pointer, String digestName, FaultCollector faults, InputDigest digest, TextConsumer texts)
            throws IOException {
        String name = file.getFileName().toString();
        if (name.contains(".jsonl") || name.contains(".json")) {
            RecordReader.records(file, pointer, digestName, faults, digest, record -> {
                String id = RecordReader.id(record);
                texts.accept(id, joined(record));
            });
            return;
        }
        Tagged tagged = new Tagged(texts);
        boolean[] isTagged = {false, false};
        RecordReader.lines(file, pointer, digestName, faults, digest, (line, number) -> {
            String text = decode(line);
            if (!isTagged[1]) {
                isTagged[0] = text.stripLeading().startsWith("<");
                isTagged[1] = true;
            }
            if (isTagged[0]) {
                tagged.line(text);
            } else {
                separated(text, texts);
            }
        });
        if (tagged.isOpen()) {
            faults.add(pointer, file + ": the last record has no end");
        }
    }

    /** Gives each judgement of a file: four fields as TREC has them, or three between tabs as BEIR has. */
    static void judgements(
            Path file,
            String pointer,
            String digestName,
            FaultCollector faults,
            InputDigest digest,
            JudgementConsumer judgements)
            throws IOException {
        int[] fieldCount = {0};
        RecordReader.lines(file, pointer, digestName, faults, digest, (line, number) -> {
            String text = decode(line).strip();
            String[] tabs = text.split("\t", -1);
            String[] fields = tabs.length == 3 ? tabs : WHITE_SPACE.split(text, -1);
            if (fieldCount[0] == 0) {
                fieldCount[0] = fields.length == 3 ? 3 : 4;
                if (BEIR_HEADING.equals(List.of(fields))) {
                    return;
                }
            }
            if (fields.length != fieldCount[0]) {
                throw new WrongRecordException(
                        fieldCount[0] == 3
                                ? "has " + fields.length + " fields, not query-id, corpus-id and score between tabs"
                                : "has " + fields.length + " fields, not query, iteration, document and relevance");
            }
            String relevance = fields[fields.length - 1].strip();
            int value;
            try {
                value = Integer.parseInt(relevance);
            } catch (NumberFormatException e) {
                if (number == 1 && fieldCount[0] == 3) {
                    return;
                }
                throw new WrongRecordException("the relevance is no whole number: " + relevance);
            }
            judgements.accept(fields[0], fields[fields.length - 2], value);
        });
    }

    static String decode(byte[] line) throws WrongRecordException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new WrongRecordException("is not UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw new WrongRecordException("has a NUL in it; is the file UTF-16?");
        }
        return text;
    }

    /** Title and text as BEIR's evaluation joins them. */
    static String joined(ObjectNode record) throws WrongRecordException {
        String title = record.path("title").asText("");
        if (!record.path("text").isTextual()) {
            throw new WrongRecordException("lacks a field \"text\" that is a string");
        }
        return (title + " " + record.path("text").textValue()).strip();
    }

    private static void separated(String line, TextConsumer texts) throws IOException, WrongRecordException {
        int tab = line.indexOf('\t');
        if (tab < 1 || line.substring(0, tab).isBlank()) {
            throw new WrongRecordException("is not an id, a tab and a text");
        }
        texts.accept(
                line.substring(0, tab).strip(),
                line.substring(tab + 1).replace('\t', ' ').strip());
    }

    /** Takes tagged text line by line and gives each {@code DOC} or {@code top}. */
    private static final class Tagged {
        private final TextConsumer texts;
        private final StringBuilder content = new StringBuilder();
        private String element;

        private Tagged(TextConsumer texts) {
            this.texts = texts;
        }

        boolean isOpen() {
            return element != null;
        }

        void line(String line) throws IOException, WrongRecordException {
            int from = 0;
            Matcher tag = TAG.matcher(line);
            while (tag.find()) {
                String name = tag.group(2).toLowerCase(Locale.ROOT);
                boolean outer = name.equals("doc") || name.equals("top");
                boolean closes = !tag.group(1).isEmpty();
                if (outer && !closes) {
                    if (element != null) {
                        element = name;
                        content.setLength(0);
                        throw new WrongRecordException("a record begins before the last one has ended");
                    }
                    element = name;
                    from = tag.end();
                } else if (outer && name.equals(element)) {
                    append(line, from, tag.start());
                    String whole = content.toString();
                    content.setLength(0);
                    element = null;
                    from = tag.end();
                    record(name, whole);
                }
            }
            append(line, from, line.length());
            content.append('\n');
        }

        private void append(String line, int from, int to) throws WrongRecordException {
            if (element != null) {
                content.append(line, from, to);
                if (content.length() > LONGEST_RECORD) {
                    content.setLength(0);
                    throw new WrongRecordException("the record is longer than " + LONGEST_RECORD + " characters");
                }
            }
        }

        private void record(String name, String content) throws IOException, WrongRecordException {
            List<String> texts = new ArrayList<>();
            List<String> everything = new ArrayList<>();
            String id = null;
            Matcher tag = TAG.matcher(content);
            String field = "";
            int from = 0;
            while (true) {
                boolean found = tag.find();
                String value = content.substring(from, found ? tag.start() : content.length());
                if (field.equals("docno") || field.equals("num")) {
                    id = value.replaceFirst("(?i)^\\s*number:", "").strip();
                    field = "";
                } else if (!value.isBlank()) {
                    everything.add(value);
                    if (name.equals("top") ? field.equals("title") : TEXT_ELEMENTS.contains(field)) {
                        texts.add(value);
                    }
                }
                if (!found) {
                    break;
                }
                from = tag.end();
                String tagName = tag.group(2).toLowerCase(Locale.ROOT);
                if (name.equals("top") || !tag.group(1).isEmpty() || isField(tagName)) {
                    field = tag.group(1).isEmpty() ? fieldName(tagName) : "";
                }
            }
            if (id == null || id.isEmpty()) {
                throw new WrongRecordException("ends a record without a " + (name.equals("top") ? "<num>" : "<DOCNO>"));
            }
            List<String> taken = texts.isEmpty() && name.equals("doc") ? everything : texts;
            if (taken.isEmpty()) {
                throw new WrongRecordException("ends the record " + id + ", which has no text");
            }
            this.texts.accept(id, plain(String.join(" ", taken)));
        }

        /** Tags inside of a text, such as those of paragraphs, begin no other field. */
        private static boolean isField(String tag) {
            return TEXT_ELEMENTS.contains(tag) || tag.equals("docno") || tag.equals("docid") || tag.equals("num");
        }

        /** CLEF names the language in front: {@code EN-title}. */
        private static String fieldName(String tag) {
            return tag.endsWith("-title") ? "title" : tag;
        }
    }

    private static String plain(String text) {
        String decoded = ENTITY.matcher(text).replaceAll(match -> Matcher.quoteReplacement(entity(match.group(1))));
        return WHITE_SPACE.matcher(decoded).replaceAll(" ").strip();
    }

    private static String entity(String name) {
        return switch (name) {
            case "amp" -> "&";
            case "lt" -> "<";
            case "gt" -> ">";
            case "quot" -> "\"";
            case "apos" -> "'";
            default -> {
                int point = name.startsWith("#x")
                        ? Integer.parseInt(name.substring(2), 16)
                        : Integer.parseInt(name.substring(1));
                yield Character.isValidCodePoint(point) ? Character.toString(point) : " ";
            }
        };
    }
}
