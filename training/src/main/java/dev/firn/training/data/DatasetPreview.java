package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.lines.LineInput;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The first pairs of a dataset, without fetching it whole: only the parts of its files that hold them are read. */
public final class DatasetPreview {
    /** Texts are cut to so many characters. */
    public static final int LONGEST_TEXT = 2_000;

    private static final int WINDOW_BYTES = 1 << 20;
    private static final int SAMPLED_LINES = 100_000;
    private static final long SAMPLE_SEED = 1;

    private final Content content;

    /** A preview of the dataset whose files can be had there. */
    public DatasetPreview(Content content) {
        this.content = requireNonNull(content, "content is null");
    }

    /** Where the files of a dataset can be had. */
    @FunctionalInterface
    public interface Content {
        /**
         * A part of a file.
         *
         * @param length how many bytes at most; the stream ends with the file
         */
        InputStream open(String file, long offset, long length) throws IOException;
    }

    /** A pair; texts are cut to {@link #LONGEST_TEXT} characters. */
    public record Row(String source, String language, String query, String document) {}

    /**
     * The first pairs of files of pairs, as {@link JsonLines} has them.
     *
     * @param source what to call the source of lines that name none
     * @param language of lines that name none; null when all do
     * @param files their names, in order
     * @param limit how many rows at most
     */
    public List<Row> pairs(String source, String language, List<String> files, int limit) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String file : files) {
            if (rows.size() == limit) {
                break;
            }
            try (LineInput lines = new LineInput(Path.of(file), content.open(file, 0, Long.MAX_VALUE))) {
                for (byte[] line = lines.next(); line != null && rows.size() < limit; line = lines.next()) {
                    if (!RecordReader.isBlank(line)) {
                        rows.add(row(line, source, language));
                    }
                }
            } catch (RecordReader.WrongRecordException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        return rows;
    }

    /**
     * Pairs drawn from the first {@value #SAMPLED_LINES} of files, each as likely as another, in the order of the files; the
     * same each time.
     *
     * @param limit how many rows at most
     */
    public List<Row> sample(String source, String language, List<String> files, int limit) throws IOException {
        List<Row> kept = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(SAMPLE_SEED);
        int seen = 0;
        for (String file : files) {
            if (seen == SAMPLED_LINES) {
                break;
            }
            try (LineInput lines = new LineInput(Path.of(file), content.open(file, 0, Long.MAX_VALUE))) {
                for (byte[] line = lines.next(); line != null && seen < SAMPLED_LINES; line = lines.next()) {
                    if (RecordReader.isBlank(line)) {
                        continue;
                    }
                    int place = seen < limit ? seen : random.nextInt(seen + 1);
                    if (place < limit && place == kept.size()) {
                        kept.add(row(line, source, language));
                        places.add(seen);
                    } else if (place < limit) {
                        kept.set(place, row(line, source, language));
                        places.set(place, seen);
                    }
                    seen++;
                }
            } catch (RecordReader.WrongRecordException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        return IntStream.range(0, kept.size())
                .boxed()
                .sorted(Comparator.comparing(places::get))
                .map(kept::get)
                .toList();
    }

    private static Row row(byte[] line, String source, String language)
            throws IOException, RecordReader.WrongRecordException {
        ObjectNode record = RecordReader.parse(line);
        return new Row(
                record.path("source").asText(source),
                RecordReader.language(record, language),
                shortened(RecordReader.text(record, "query")),
                shortened(RecordReader.text(record, "document")));
    }

    /**
     * The first pairs of a source of a prepared dataset.
     *
     * @param summary the dataset's
     * @param source the name of one of its sources
     * @param limit how many rows at most
     * @throws IllegalArgumentException when it has no such source
     */
    public List<Row> prepared(DatasetSummary summary, String source, int limit) throws IOException {
        List<DatasetSummary.SourceSummary> sources = summary.sources();
        for (int index = 0; index < sources.size(); index++) {
            if (sources.get(index).name().equals(source)) {
                return prepared(index, sources.get(index), limit);
            }
        }
        throw new IllegalArgumentException("the dataset has no source " + source);
    }

    private List<Row> prepared(int index, DatasetSummary.SourceSummary source, int limit) throws IOException {
        int pairs = (int) Math.min(limit, source.pairs());
        String file = name(DatasetFiles.rowFile(Path.of(""), DatasetFiles.PAIRS, index, source.name()));
        MemorySegment numbers = MemorySegment.ofArray(bytes(file, 0, pairs * 2 * Integer.BYTES));
        Table queries = new Table(DatasetFiles.QUERIES);
        Table documents = new Table(DatasetFiles.DOCUMENTS);
        List<Row> rows = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            rows.add(new Row(
                    source.name(),
                    source.language(),
                    shortened(queries.text(numbers.getAtIndex(LittleEndian.INT, pair * 2L))),
                    shortened(documents.text(numbers.getAtIndex(LittleEndian.INT, pair * 2L + 1)))));
        }
        return rows;
    }

    /**
     * The first documents of an evaluation set of a prepared dataset, in the order of its file.
     *
     * @param limit how many at most
     * @throws IllegalArgumentException when the dataset has no such set
     */
    public List<EvaluationText> documents(DatasetSummary summary, String set, int limit) throws IOException {
        return texts(summary, set, EvaluationFolder.CORPUS, limit);
    }

    /** The first queries of an evaluation set, as {@link #documents} gives the documents. */
    public List<EvaluationText> queries(DatasetSummary summary, String set, int limit) throws IOException {
        return texts(summary, set, EvaluationFolder.QUERIES, limit);
    }

    private List<EvaluationText> texts(DatasetSummary summary, String set, String file, int limit) throws IOException {
        List<DatasetSummary.EvaluationSummary> sets = summary.evaluations();
        for (int index = 0; index < sets.size(); index++) {
            if (sets.get(index).name().equals(set)) {
                return texts(name(DatasetFiles.evaluationFolder(Path.of(""), index, set)) + "/" + file, limit);
            }
        }
        throw new IllegalArgumentException("the dataset has no evaluation set " + set);
    }

    private List<EvaluationText> texts(String file, int limit) throws IOException {
        List<EvaluationText> texts = new ArrayList<>();
        try (LineInput lines = new LineInput(Path.of(file), content.open(file, 0, Long.MAX_VALUE))) {
            for (byte[] line = lines.next(); line != null && texts.size() < limit; line = lines.next()) {
                ObjectNode record = RecordReader.parse(line);
                texts.add(new EvaluationText(
                        record.required("_id").asText(), record.required("text").asText()));
            }
        } catch (RecordReader.WrongRecordException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        return texts;
    }

    private static String name(Path file) {
        return file.toString().replace(File.separatorChar, '/');
    }

    private byte[] bytes(String file, long offset, int length) throws IOException {
        try (InputStream stream = content.open(file, offset, length)) {
            byte[] bytes = stream.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException(file + " ends before byte " + (offset + length));
            }
            return bytes;
        }
    }

    private static String shortened(String text) {
        if (text.codePointCount(0, text.length()) <= LONGEST_TEXT) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, LONGEST_TEXT)) + "…";
    }

    /** A table of texts; neighbours are often asked for together. */
    private final class Table {
        private final Window offsets;
        private final Window texts;

        Table(String table) {
            offsets = new Window("texts/" + table + ".offsets");
            texts = new Window("texts/" + table + ".text");
        }

        String text(int row) throws IOException {
            MemorySegment ends = MemorySegment.ofArray(offsets.bytes((long) row * Long.BYTES, 2 * Long.BYTES));
            long start = ends.getAtIndex(LittleEndian.LONG, 0);
            long end = ends.getAtIndex(LittleEndian.LONG, 1);
            // No character has more bytes than four: one too many is read where the text is cut
            int length = (int) Math.min(end - start, 4L * (LONGEST_TEXT + 1));
            return new String(texts.bytes(start, length), StandardCharsets.UTF_8);
        }
    }

    /** A part of a file that is kept because what comes next is often in it as well. */
    private final class Window {
        private final String file;
        private byte[] bytes = new byte[0];
        private long start;

        Window(String file) {
            this.file = file;
        }

        byte[] bytes(long offset, int length) throws IOException {
            if (offset < start || offset + length > start + bytes.length) {
                try (InputStream stream = content.open(file, offset, Math.max(WINDOW_BYTES, length))) {
                    bytes = stream.readNBytes(Math.max(WINDOW_BYTES, length));
                    start = offset;
                }
                if (bytes.length < length) {
                    throw new EOFException(file + " ends before byte " + (offset + length));
                }
            }
            int from = (int) (offset - start);
            return Arrays.copyOfRange(bytes, from, from + length);
        }
    }
}
