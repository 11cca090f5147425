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

        /**
         * A hard negative of a query.
         *
         * @param score NaN where there is none
         * @param lowestPositiveScore of the positives that it was given with; NaN where there is none
         */
        void negative(String language, String query, String document, float score, float lowestPositiveScore)
                throws IOException;
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
        float lowest = Float.NaN;
        for (float score : scores(record, "pos_scores", positives.size())) {
            lowest = Float.isNaN(lowest) ? score : Math.min(lowest, score);
        }
        give(
                language,
                RecordReader.text(record, "query"),
                positives,
                negatives,
                scores(record, "neg_scores", negatives.size()),
                lowest);
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

    /** One a text; none where the field is missing. */
    private static float[] scores(ObjectNode record, String field, int texts) throws WrongRecordException {
        JsonNode scores = record.path(field);
        if (scores.isMissingNode() || scores.isNull()) {
            return new float[0];
        }
        if (!scores.isArray() || scores.size() != texts) {
            throw new WrongRecordException("\"%s\" should be a list of %d numbers, one a text".formatted(field, texts));
        }
        float[] values = new float[texts];
        for (int i = 0; i < texts; i++) {
            JsonNode score = scores.get(i);
            values[i] = score.isNumber() ? score.floatValue() : Float.NaN;
            if (!Float.isFinite(values[i])) {
                throw new WrongRecordException("\"" + field + "\" holds " + score + ", which is no number");
            }
        }
        return values;
    }

    private void tevatron(ObjectNode record, String language) throws IOException, WrongRecordException {
        give(
                language,
                RecordReader.text(record, "query"),
                passages(record, "positive_passages", true),
                passages(record, "negative_passages", false),
                new float[0],
                Float.NaN);
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

    private void give(
            String language,
            String query,
            List<String> positives,
            List<String> negatives,
            float[] scores,
            float lowestPositiveScore)
            throws IOException {
        for (String positive : positives) {
            pairs.pair(language, query, positive);
        }
        for (int i = 0; i < negatives.size(); i++) {
            pairs.negative(
                    language, query, negatives.get(i), scores.length == 0 ? Float.NaN : scores[i], lowestPositiveScore);
        }
    }

    private void readParquet(ParquetPairs source) throws IOException {
        List<String> columns = new ArrayList<>(List.of(source.queryColumn(), source.documentColumn()));
        if (source.languageColumn() != null) {
            columns.add(source.languageColumn());
        }
        for (int i = 0; i < source.files().size(); i++) {
            String pointer = "/files/" + i;
            for (Path file : parquetFiles(source.files().get(i), pointer, source.split())) {
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

    /** A file, or the Parquet files of a folder; a folder without one is a fault. */
    private List<Path> parquetFiles(Path path, String pointer, String split) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> walked = Files.walk(path, CollectionLayout.DEEPEST)) {
            List<Path> files = walked.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().endsWith(".parquet"))
                    .filter(file -> split == null || isOf(split, path.relativize(file)))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                faults.add(pointer, path + ": has no .parquet file" + (split == null ? "" : " of the split " + split));
            }
            return files;
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
            for (Path file : parquetFiles(source.labels(), "/labels", null)) {
                readLabels(source, file, queries, documents);
            }
        }
    }

    private void readLabels(ParquetTriples source, Path file, TextsById queries, TextsById documents)
            throws IOException {
        ParquetTriples.Columns columns = source.columns();
        List<String> wanted = new ArrayList<>(List.of(columns.queryId(), columns.documentId()));
        if (source.relevanceColumn() != null) {
            wanted.add(source.relevanceColumn());
        } else if (ParquetRows.hasColumn(file, ParquetTriples.USUAL_RELEVANCE)) {
            wanted.add(ParquetTriples.USUAL_RELEVANCE);
        }
        ParquetRows.read(file, "/labels", "labels", faults, digest, wanted, values -> {
            String query = queries.of(ParquetRows.text(values[0], columns.queryId()), "query");
            String document = documents.of(ParquetRows.text(values[1], columns.documentId()), "document");
            if (values.length < 3) {
                pairs.pair(source.language(), query, document);
            } else {
                double relevance = relevance(values[2], wanted.get(2));
                judged(source.language(), query, document, relevance, source.minimumRelevance());
            }
        });
    }

    /** A judgement that is high enough gives a pair, one that says not relevant at all a negative. */
    private void judged(String language, String query, String document, double relevance, double minimumRelevance)
            throws IOException {
        if (relevance >= minimumRelevance) {
            pairs.pair(language, query, document);
        } else if (relevance <= 0) {
            pairs.negative(language, query, document, Float.NaN, Float.NaN);
        }
    }

    private void readTexts(Path path, String pointer, String id, String text, TextsById texts) throws IOException {
        for (Path file : parquetFiles(path, pointer, null)) {
            ParquetRows.read(
                    file,
                    pointer,
                    "texts",
                    faults,
                    digest,
                    List.of(id, text),
                    values -> texts.add(ParquetRows.text(values[0], id), ParquetRows.text(values[1], text)));
        }
    }

    private static double relevance(String value, String column) throws WrongRecordException {
        try {
            return Double.parseDouble(ParquetRows.text(value, column));
        } catch (NumberFormatException e) {
            throw new WrongRecordException("the column \"%s\" is no number: %s".formatted(column, value));
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
                    if (!asked.isEmpty() && !answer.isEmpty()) {
                        judged(language, asked, answer, relevance, source.minimumRelevance());
                    }
                });
            }
        }
    }
}
