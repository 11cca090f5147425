package dev.firn.training.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.data.RecordReader.WrongRecordException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/** Reads the pairs of one {@link RecordSource}. */
final class RecordSourceReader {
    /** Takes the pairs of a language. */
    interface PairConsumer {
        void pair(String language, String query, String document) throws IOException;

        /**
         * A pair of two languages.
         *
         * @param language the one that is not the reference language
         */
        void translation(String language, LanguageText query, LanguageText document) throws IOException;

        /** Two translations that give no pair. */
        void dropTranslation(String language, String reason);

        /** A text that is in no pair. */
        void text(String language, String text) throws IOException;
    }

    private final FaultCollector faults;
    private final InputDigest digest;
    private final PairConsumer pairs;

    RecordSourceReader(FaultCollector faults, InputDigest digest, PairConsumer pairs) {
        this.faults = faults;
        this.digest = digest;
        this.pairs = pairs;
    }

    void read(RecordSource source) throws IOException {
        switch (source) {
            case JsonLines lines
            when lines.translations() != null ->
                joined(folder -> readTranslatedLines(lines, lines.translations(), folder));
            case JsonLines lines -> readLines(lines, (language, record) -> {});
            case ParquetPairs rows -> readParquet(rows);
            case ParquetTriples triples -> joined(folder -> readTriples(triples, folder));
            case CollectionPairs collection -> joined(folder -> readCollection(collection, folder));
        }
    }

    /** Looks at a line of one pair. */
    private interface PairLine {
        void record(String language, ObjectNode record) throws IOException, WrongRecordException;
    }

    private void readTranslatedLines(JsonLines source, Translations translations, Path folder) throws IOException {
        try (TranslatedRecords translated = new TranslatedRecords(translations, folder)) {
            readLines(
                    source,
                    (language, record) -> translated.add(
                            language,
                            RecordReader.id(record),
                            RecordReader.text(record, "query"),
                            RecordReader.text(record, "document")));
            if (faults.any()) {
                return;
            }
            if (!translated.hasReference()) {
                faults.add(
                        "/translations/referenceLanguage",
                        "no record is in the language " + translations.referenceLanguage()
                                + ", with which all others would be paired");
                return;
            }
            translated.pairs(new TranslatedRecords.Consumer() {
                @Override
                public void pair(String language, LanguageText query, LanguageText document) throws IOException {
                    pairs.translation(language, query, document);
                }

                @Override
                public void drop(String language, String reason) {
                    pairs.dropTranslation(language, reason);
                }
            });
        }
    }

    private void readLines(JsonLines source, PairLine each) throws IOException {
        for (int file = 0; file < source.files().size(); file++) {
            RecordReader.records(source.files().get(file), "/files/" + file, "pairs", faults, digest, record -> {
                String language = RecordReader.language(record, source.language());
                switch (source.format()) {
                    case PAIR -> {
                        String query = RecordReader.text(record, "query");
                        String document = RecordReader.text(record, "document");
                        each.record(language, record);
                        pairs.pair(language, query, document);
                    }
                    case FLAG_EMBEDDING -> flagEmbedding(record, language);
                    case TEVATRON -> tevatron(record, language);
                }
            });
        }
    }

    private void flagEmbedding(ObjectNode record, String language) throws IOException, WrongRecordException {
        List<String> positives = texts(record, "pos", true);
        List<String> negatives = texts(record, "neg", false);
        requireScores(record, "pos_scores", positives.size());
        requireScores(record, "neg_scores", negatives.size());
        give(language, RecordReader.text(record, "query"), positives, negatives);
    }

    private static List<String> texts(ObjectNode record, String field, boolean required) throws WrongRecordException {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : elements(record, field, required)) {
            if (!element.isTextual() || element.textValue().isBlank()) {
                throw new WrongRecordException(
                        "the element %d of \"%s\" is no string with something in it".formatted(texts.size(), field));
            }
            texts.add(element.textValue().strip());
        }
        return texts;
    }

    private static JsonNode elements(ObjectNode record, String field, boolean required) throws WrongRecordException {
        JsonNode value = record.path(field);
        if (!required && (value.isMissingNode() || value.isNull())) {
            return record.arrayNode();
        }
        if (!value.isArray()) {
            throw new WrongRecordException("the field \"" + field + "\" is "
                    + (value.isMissingNode() ? "missing" : "no list") + ", it should be a list");
        }
        if (required && value.isEmpty()) {
            throw new WrongRecordException("the list \"" + field + "\" is empty");
        }
        return value;
    }

    private static void requireScores(ObjectNode record, String field, int texts) throws WrongRecordException {
        JsonNode scores = record.path(field);
        if (scores.isMissingNode() || scores.isNull()) {
            return;
        }
        if (!scores.isArray() || scores.size() != texts) {
            throw new WrongRecordException("\"%s\" should be a list of %d numbers, one a text".formatted(field, texts));
        }
        for (JsonNode score : scores) {
            if (!score.isNumber()) {
                throw new WrongRecordException("\"" + field + "\" holds " + score + ", which is no number");
            }
        }
    }

    private void tevatron(ObjectNode record, String language) throws IOException, WrongRecordException {
        give(
                language,
                RecordReader.text(record, "query"),
                passages(record, "positive_passages", true),
                passages(record, "negative_passages", false));
    }

    private static List<String> passages(ObjectNode record, String field, boolean required)
            throws WrongRecordException {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : elements(record, field, required)) {
            if (!(element instanceof ObjectNode passage)) {
                throw new WrongRecordException("the element %d of \"%s\" is no object".formatted(texts.size(), field));
            }
            String text = TextRecords.joined(passage);
            if (text.isEmpty()) {
                throw new WrongRecordException("the element %d of \"%s\" has no text".formatted(texts.size(), field));
            }
            texts.add(text);
        }
        return texts;
    }

    private void give(String language, String query, List<String> positives, List<String> negatives)
            throws IOException {
        for (String positive : positives) {
            pairs.pair(language, query, positive);
        }
        for (String negative : negatives) {
            pairs.text(language, negative);
        }
    }

    private void readParquet(ParquetPairs source) throws IOException {
        List<String> columns = new ArrayList<>(List.of(source.queryColumn(), source.documentColumn()));
        if (source.languageColumn() != null) {
            columns.add(source.languageColumn());
        }
        for (int i = 0; i < source.files().size(); i++) {
            String pointer = "/files/" + i;
            List<Path> files = parquetFiles(source.files().get(i), source.split());
            if (files.isEmpty()) {
                faults.add(
                        pointer,
                        source.files().get(i) + ": has no .parquet file"
                                + (source.split() == null ? "" : " of the split " + source.split()));
            }
            for (Path file : files) {
                ParquetRows.read(file, pointer, "pairs", faults, digest, columns, values -> {
                    String named = values.length < 3 ? null : values[2];
                    pairs.pair(
                            LanguageTags.of(named, source.language(), source.languageColumn()),
                            ParquetRows.text(values[0], source.queryColumn()),
                            ParquetRows.text(values[1], source.documentColumn()));
                });
            }
        }
    }

    private static List<Path> parquetFiles(Path path, String split) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> files = Files.walk(path, CollectionLayout.DEEPEST)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().endsWith(".parquet"))
                    .filter(file -> split == null || isOf(split, path.relativize(file)))
                    .sorted()
                    .toList();
        }
    }

    /** Hugging Face names files {@code train-00000-of-00003.parquet}, or puts them in a folder {@code train}. */
    private static boolean isOf(String split, Path file) {
        for (Path part : file) {
            String name = part.toString();
            if (name.equals(split) || name.equals(split + ".parquet") || name.startsWith(split + "-")) {
                return true;
            }
        }
        return false;
    }

    /** Reads what needs a place for texts while it is put together. */
    private interface Joining {
        void read(Path folder) throws IOException;
    }

    private static void joined(Joining joining) throws IOException {
        Path folder = Files.createTempDirectory("firn-joined");
        try {
            joining.read(folder);
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private void readTriples(ParquetTriples source, Path folder) throws IOException {
        ParquetTriples.Columns columns = source.columns();
        try (TextsById queries = new TextsById(folder.resolve("queries"));
                TextsById documents = new TextsById(folder.resolve("documents"));
                Arena arena = Arena.ofConfined()) {
            readTexts(source.queries(), "/queries", columns.queryId(), columns.queryText(), queries);
            readTexts(source.documents(), "/documents", columns.documentId(), columns.documentText(), documents);
            if (faults.any()) {
                return;
            }
            queries.finish(arena);
            documents.finish(arena);
            List<String> wanted = new ArrayList<>(List.of(columns.queryId(), columns.documentId()));
            if (source.relevanceColumn() != null) {
                wanted.add(source.relevanceColumn());
            }
            ParquetRows.read(source.labels(), "/labels", "labels", faults, digest, wanted, values -> {
                String query = queries.of(ParquetRows.text(values[0], columns.queryId()), "query");
                String document = documents.of(ParquetRows.text(values[1], columns.documentId()), "document");
                if (values.length < 3 || relevance(values[2], source) >= source.minimumRelevance()) {
                    pairs.pair(source.language(), query, document);
                }
            });
        }
    }

    private void readTexts(Path file, String pointer, String id, String text, TextsById texts) throws IOException {
        ParquetRows.read(
                file,
                pointer,
                "texts",
                faults,
                digest,
                List.of(id, text),
                values -> texts.add(ParquetRows.text(values[0], id), ParquetRows.text(values[1], text)));
    }

    private static double relevance(String value, ParquetTriples source) throws WrongRecordException {
        try {
            return Double.parseDouble(ParquetRows.text(value, source.relevanceColumn()));
        } catch (NumberFormatException e) {
            throw new WrongRecordException(
                    "the column \"%s\" is no number: %s".formatted(source.relevanceColumn(), value));
        }
    }

    private void readCollection(CollectionPairs source, Path folder) throws IOException {
        if (!Files.isDirectory(source.folder())) {
            faults.add("/folder", source.folder() + ": there is no such folder");
            return;
        }
        Optional<CollectionLayout> layout =
                source.layout() == null ? CollectionLayout.detect(source.folder()) : Optional.of(source.layout());
        if (layout.isEmpty()) {
            faults.add("/folder", source.folder() + ": is in none of the layouts " + CollectionLayout.words());
            return;
        }
        int sets = 0;
        for (CollectionLayout.Located located : layout.get().locate(source.folder(), source.split())) {
            readSet(source, located, Files.createDirectory(folder.resolve("set" + sets++)));
        }
    }

    private void readSet(CollectionPairs source, CollectionLayout.Located located, Path folder) throws IOException {
        String language = located.language() == null ? source.language() : located.language();
        try (TextsById queries = new TextsById(folder.resolve("queries"));
                TextsById documents = new TextsById(folder.resolve("documents"));
                Arena arena = Arena.ofConfined()) {
            for (Path file : located.corpus()) {
                TextRecords.texts(file, "/folder", "corpus", faults, digest, documents::add);
            }
            for (Path file : located.queries()) {
                TextRecords.texts(file, "/folder", "queries", faults, digest, queries::add);
            }
            if (faults.any()) {
                return;
            }
            queries.finish(arena);
            documents.finish(arena);
            for (Path file : located.judgements()) {
                TextRecords.judgements(file, "/folder", "qrels", faults, digest, (query, document, relevance) -> {
                    String asked = queries.of(query, "query");
                    String answer = documents.of(document, "document");
                    if (relevance >= source.minimumRelevance() && !asked.isEmpty() && !answer.isEmpty()) {
                        pairs.pair(language, asked, answer);
                    }
                });
            }
        }
    }
}
