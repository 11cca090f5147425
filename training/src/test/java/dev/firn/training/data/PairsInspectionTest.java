package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairsInspectionTest {
    @TempDir
    private Path folder;

    @Test
    void countsLanguagesSourcesLengthsAndDuplicatesOfPlainAndCompressedFiles() throws IOException {
        Path plain = Files.writeString(
                folder.resolve("a.jsonl"),
                pair("en", "faq", "how", "like this") + "\n" + pair("en", "faq", "how", "like this") + "\n\n"
                        + pair("de", "faq", "how", "like this") + "\n" + pair("de", "wiki", "WIE  so", "wie so"));
        Path compressed = gzip("b.jsonl.gz", pair("en", null, "x".repeat(17), "😀".repeat(32)) + "\n");

        PairsSummary summary = inspect(List.of(plain, compressed), Optional.empty());

        assertThat(summary.pairs()).isEqualTo(5);
        assertThat(summary.languages()).isEqualTo(Map.of("de", 2L, "en", 3L));
        assertThat(summary.sources()).isEqualTo(Map.of("faq", 3L, "wiki", 1L));
        assertThat(summary.duplicates()).isEqualTo(1);
        assertThat(summary.identical()).isEqualTo(1);
        assertThat(summary.queries())
                .isEqualTo(new PairsSummary.Lengths(3 + 3 + 3 + 7 + 17, 17, List.of(bucket(16, 4), bucket(32, 1))));
        assertThat(summary.documents())
                .isEqualTo(new PairsSummary.Lengths(9 + 9 + 9 + 6 + 32, 32, List.of(bucket(16, 4), bucket(32, 1))));
    }

    @Test
    void aLineWithoutALanguageHasTheOneThatIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"), pair(null, null, "q", "d") + "\n");

        assertThat(inspect(List.of(file), Optional.of("pl")).languages()).isEqualTo(Map.of("pl", 1L));
        assertThat(faults(file))
                .containsExactly(
                        "/files/0 " + file + ":1: lacks the field \"language\", and the source" + " names no language");
    }

    @Test
    void namesEveryWrongLineAndTheFileItIsIn() throws IOException {
        Path good = Files.writeString(folder.resolve("good.jsonl"), pair("en", null, "q", "d"));
        Path bad = Files.writeString(
                folder.resolve("bad.jsonl"),
                pair("en", null, "q", "d") + "\n{\"query\":\"q\",\"document\":3,\"language\":\"en\"}\n[1]\n"
                        + pair("en", null, " ", "d"));

        assertThat(faults(good, bad))
                .containsExactly(
                        "/files/1 " + bad + ":2: the field \"document\" is no string",
                        "/files/1 " + bad + ":3: is no JSON object",
                        "/files/1 " + bad + ":4: the field \"query\" is empty");
    }

    @Test
    void refusesWhatIsEmptyOrCutOff() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.jsonl"), "\n\n");
        assertThat(faults(empty)).containsExactly("/files no line holds a pair");

        Path whole = gzip("whole.jsonl.gz", (pair("en", null, "query", "document") + "\n").repeat(5_000));
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.jsonl.gz"), java.util.Arrays.copyOf(bytes, bytes.length - 20));
        assertThat(faults(cut)).singleElement().asString().contains("ends too early");
    }

    @Test
    void countsRepeatsAsAListInMemoryWould() throws IOException {
        java.util.Random random = new java.util.Random(5);
        java.util.Set<Integer> seen = new java.util.HashSet<>();
        long expected = 0;
        try (RepeatCounter counter = new RepeatCounter(Files.createDirectories(folder.resolve("digests")))) {
            for (int i = 0; i < 20_000; i++) {
                int number = random.nextInt(15_000);
                if (!seen.add(number)) {
                    expected++;
                }
                counter.add(TextDigest.of(Integer.toString(number)));
            }
            assertThat(counter.repeats()).isEqualTo(expected).isPositive();
        }
    }

    @Test
    void countsTheRestTogetherWhenThereAreTooManyNames() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < PairsInspection.MOST_NAMES + 50; i++) {
            lines.append(pair("en", "source " + i, "q" + i, "d")).append('\n');
        }
        lines.append(pair("en", "source 0", "again", "d"));
        Path file = Files.writeString(folder.resolve("a.jsonl"), lines);

        PairsSummary summary = inspect(List.of(file), Optional.empty());

        assertThat(summary.sources())
                .hasSize(PairsInspection.MOST_NAMES + 1)
                .containsEntry(PairsInspection.OTHERS, 50L)
                .containsEntry("source 0", 2L);
    }

    private List<String> faults(Path... files) {
        return catchThrowableOfType(DataFaultException.class, () -> inspect(List.of(files), Optional.empty()))
                .faults()
                .stream()
                .map(fault -> fault.pointer() + " " + fault.message())
                .toList();
    }

    private PairsSummary inspect(List<Path> files, Optional<String> language) throws IOException {
        return PairsInspection.inspect(files, language, Files.createTempDirectory(folder, "scratch"));
    }

    private Path gzip(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(file))) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static PairsSummary.Bucket bucket(long upTo, long texts) {
        return new PairsSummary.Bucket(upTo, texts);
    }

    private static String pair(String language, String source, String query, String document) {
        return "{"
                + (language == null ? "" : "\"language\":\"" + language + "\",")
                + (source == null ? "" : "\"source\":\"" + source + "\",")
                + "\"query\":\"" + query + "\",\"document\":\"" + document + "\"}";
    }
}
