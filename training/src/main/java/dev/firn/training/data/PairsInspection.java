package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads files of pairs as {@link JsonLines} does, once, and says all that is wrong with them, or what they hold. */
public final class PairsInspection {
    /** Of more languages or sources than so many the rest is counted together. */
    static final int MOST_NAMES = 1_000;

    /** Under what the rest is counted. */
    static final String OTHERS = "(others)";

    private static final int LONGEST_NAME = 200;

    private final Optional<String> language;
    private final Map<String, Long> languages = new TreeMap<>();
    private final Map<String, Long> sources = new TreeMap<>();
    private final LengthCounter queries = new LengthCounter();
    private final LengthCounter documents = new LengthCounter();
    private final RepeatCounter repeats;
    private long pairs;
    private long identical;

    private PairsInspection(Optional<String> language, Path scratch) {
        this.language = requireNonNull(language, "language is null");
        this.repeats = new RepeatCounter(scratch);
    }

    /**
     * Reads all files.
     *
     * @param language the language of lines that name none; without it every line must
     * @param scratch an empty folder; what lies in it afterwards is of no use
     * @throws DataFaultException when a line is wrong or there is none; says which, by {@code /files/N} and line
     * @throws IOException when the disk fails
     */
    public static PairsSummary inspect(List<Path> files, Optional<String> language, Path scratch) throws IOException {
        PairsInspection inspection = new PairsInspection(language, scratch);
        List<DataFault> faults = new ArrayList<>();
        FaultCollector collector = new FaultCollector(DataFault.Section.SOURCES, 0, faults);
        InputDigest digest = new InputDigest();
        try (inspection.repeats) {
            for (int file = 0; file < files.size(); file++) {
                RecordReader.records(files.get(file), "/files/" + file, "pairs", collector, digest, inspection::add);
            }
            if (faults.isEmpty() && inspection.pairs == 0) {
                collector.add("/files", "no line holds a pair");
            }
            if (!faults.isEmpty()) {
                throw new DataFaultException(faults);
            }
            return new PairsSummary(
                    inspection.pairs,
                    inspection.languages,
                    inspection.sources,
                    inspection.queries.lengths(),
                    inspection.documents.lengths(),
                    inspection.repeats.repeats(),
                    inspection.identical);
        }
    }

    private void add(ObjectNode record) throws IOException, RecordReader.WrongRecordException {
        String tag = RecordReader.language(record, language.orElse(null));
        String query = RecordReader.text(record, "query");
        String document = RecordReader.text(record, "document");
        pairs++;
        count(languages, tag);
        JsonNode source = record.path("source");
        if (source.isTextual() && !source.textValue().isBlank()) {
            String name = source.textValue().strip();
            count(sources, name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME));
        }
        queries.add(query);
        documents.add(document);
        if (TextDigest.normalized(query).equals(TextDigest.normalized(document))) {
            identical++;
        }
        // A language is a source of its own: the same pair in another is no duplicate
        repeats.add(TextDigest.of(tag, query.length() + ":" + query + document));
    }

    private static void count(Map<String, Long> counts, String name) {
        counts.merge(counts.size() < MOST_NAMES || counts.containsKey(name) ? name : OTHERS, 1L, Long::sum);
    }

    /** Counts code points of texts, by powers of two. */
    private static final class LengthCounter {
        private static final int SMALLEST_POWER = 4;

        private final long[] texts = new long[Integer.SIZE];
        private long characters;
        private long longest;

        void add(String text) {
            int length = text.codePointCount(0, text.length());
            characters += length;
            longest = Math.max(longest, length);
            texts[Math.max(SMALLEST_POWER, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1))]++;
        }

        PairsSummary.Lengths lengths() {
            List<PairsSummary.Bucket> buckets = new ArrayList<>();
            long upTo = 1L << SMALLEST_POWER;
            for (int power = SMALLEST_POWER; power == SMALLEST_POWER || upTo / 2 < longest; power++, upTo *= 2) {
                buckets.add(new PairsSummary.Bucket(upTo, texts[power]));
            }
            return new PairsSummary.Lengths(characters, longest, buckets);
        }
    }
}
