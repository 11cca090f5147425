package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.data.DatasetPreview.Row;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPreviewTest {
    @TempDir
    private Path folder;

    private long bytesRead;

    @Test
    void showsTheFirstPairsOfFilesAndReadsNoMoreThanItNeeds() throws IOException {
        Files.writeString(folder.resolve("a.jsonl"), """
                {"query":"one","document":"first","language":"en","source":"faq"}

                {"query":"two","document":"second"}
                """);
        try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(folder.resolve("b.jsonl.gz")))) {
            stream.write("{\"query\":\"three\",\"document\":\"third\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        DatasetPreview preview = new DatasetPreview(this::open);
        List<String> files = List.of("a.jsonl", "b.jsonl.gz", "absent.jsonl");

        assertThat(preview.pairs("upload", "de", files, 3))
                .containsExactly(
                        new Row("faq", "en", "one", "first"),
                        new Row("upload", "de", "two", "second"),
                        new Row("upload", "de", "three", "third"));
        assertThat(preview.pairs("upload", "de", files, 1)).containsExactly(new Row("faq", "en", "one", "first"));
    }

    @Test
    void showsTheFirstPairsOfASourceOfAPreparedDatasetWithLongTextsCut() throws IOException {
        String longText = "Ж😀".repeat(3_000);
        Path file = Files.writeString(folder.resolve("pairs.jsonl"), """
                {"query":"Katze","document":"Ein Tier, das miaut.","language":"de"}
                {"query":"cat","document":"An animal that meows.","language":"en"}
                {"query":"dog","document":"An animal that barks.","language":"en"}
                {"query":"pet","document":"An animal that barks.","language":"en"}
                {"query":"long","document":"%s","language":"en"}
                """.formatted(longText));
        DatasetSummary summary;
        try (PreparedDataset dataset = new DatasetPreparer(
                        new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of()))
                .prepare(
                        new DatasetDefinition(
                                List.of(new JsonLines("animals", List.of(file), null)),
                                List.of(),
                                new TokenizerDefinition.Trained(400, 16),
                                "",
                                ""),
                        folder.resolve("prepared"),
                        PreparationProgress.none())) {
            summary = dataset.summary();
        }
        DatasetPreview preview = new DatasetPreview((name, offset, length) -> open("prepared/" + name, offset, length));

        List<Row> rows = preview.prepared(summary, "animals/en", 10);

        assertThat(rows)
                .hasSize(4)
                .startsWith(
                        new Row("animals/en", "en", "cat", "An animal that meows."),
                        new Row("animals/en", "en", "dog", "An animal that barks."),
                        new Row("animals/en", "en", "pet", "An animal that barks."));
        String cut = longText.substring(0, longText.offsetByCodePoints(0, DatasetPreview.LONGEST_TEXT));
        assertThat(rows.getLast().document()).isEqualTo(cut + "…");
        assertThat(preview.prepared(summary, "animals/de", 1))
                .containsExactly(new Row("animals/de", "de", "Katze", "Ein Tier, das miaut."));
        assertThatThrownBy(() -> preview.prepared(summary, "animals/fr", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no source animals/fr");
    }

    @Test
    void drawsASampleThatIsTheSameEachTimeAndComesFromEverywhere() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            lines.append("{\"query\":\"").append(i).append("\",\"document\":\"d\",\"language\":\"en\"}\n");
        }
        Files.writeString(folder.resolve("a.jsonl"), lines);
        DatasetPreview preview = new DatasetPreview(this::open);

        List<Row> sample = preview.sample("s", null, List.of("a.jsonl"), 100);

        List<Integer> places =
                sample.stream().map(row -> Integer.valueOf(row.query())).toList();
        assertThat(places).hasSize(100).doesNotHaveDuplicates().isSorted();
        assertThat(places.stream().mapToInt(Integer::intValue).average().orElseThrow())
                .isBetween(2_000.0, 3_000.0);
        assertThat(preview.sample("s", null, List.of("a.jsonl"), 100)).isEqualTo(sample);
        assertThat(preview.sample("s", null, List.of("a.jsonl"), 10_000)).hasSize(5_000);
    }

    @Test
    void readsOnlyAWindowOfALargeTable() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 30_000; i++) {
            lines.append("{\"query\":\"query ")
                    .append(i)
                    .append("\",\"document\":\"")
                    .append("word ".repeat(20));
            lines.append(i).append("\",\"language\":\"en\"}\n");
        }
        Path file = Files.writeString(folder.resolve("pairs.jsonl"), lines);
        DatasetSummary summary;
        try (PreparedDataset dataset = new DatasetPreparer(
                        new MavenArtifacts(folder.resolve("cache"), folder.resolve("repository"), List.of()))
                .prepare(
                        new DatasetDefinition(
                                List.of(new JsonLines("many", List.of(file), null)),
                                List.of(),
                                new TokenizerDefinition.Trained(400, 16),
                                "",
                                ""),
                        folder.resolve("prepared"),
                        PreparationProgress.none())) {
            summary = dataset.summary();
        }

        List<Row> rows = new DatasetPreview((name, offset, length) -> open("prepared/" + name, offset, length))
                .prepared(summary, "many/en", 20);

        assertThat(rows).hasSize(20).extracting(Row::query).first().isEqualTo("query 0");
        assertThat(rows.getLast().document()).endsWith(" 19");
        assertThat(bytesRead).isLessThan(Files.size(file)).isPositive();
    }

    private ByteArrayInputStream open(String file, long offset, long length) throws IOException {
        byte[] content = Files.readAllBytes(folder.resolve(file));
        int end = (int) Math.min(content.length, offset + Math.min(length, content.length));
        bytesRead += end - offset;
        return new ByteArrayInputStream(content, (int) offset, (int) (end - offset));
    }
}
