package dev.firn.activities.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.workflows.specification.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFoldersTest {
    @TempDir
    Path home;

    private Path data;
    private Path secrets;
    private DataFolders folders;

    @BeforeEach
    void makeFolders() throws IOException {
        data = Files.createDirectories(home.resolve("data"));
        secrets = Files.createDirectories(home.resolve("secrets"));
        Files.writeString(data.resolve("pairs.jsonl"), "{}\n");
        Files.writeString(secrets.resolve("key"), "secret");
        folders = DataFolders.parse(data.toString());
    }

    @Test
    void allowsWhatLiesInAFolderAndNothingElse() throws IOException {
        Files.createDirectories(home.resolve("data-of-others"));

        assertThat(folders.allowed(data + "/pairs.jsonl")).isTrue();
        assertThat(folders.allowed(data.toString())).isTrue();
        assertThat(folders.allowed(data + "/../data/pairs.jsonl")).isTrue();
        assertThat(folders.allowed(secrets + "/key")).isFalse();
        assertThat(folders.allowed(data + "/../secrets/key")).isFalse();
        assertThat(folders.allowed(home + "/data-of-others")).isFalse();
        assertThat(folders.allowed("/etc/passwd")).isFalse();
        assertThat(folders.allowed("relative")).isFalse();
        assertThat(folders.allowed("/proc/self/environ")).isFalse();
        assertThat(folders.allowed("a\0b")).isFalse();
    }

    @Test
    void followsLinksBeforeItJudges() throws IOException {
        Files.createSymbolicLink(data.resolve("innocent.jsonl"), secrets.resolve("key"));
        Files.createSymbolicLink(data.resolve("inside.jsonl"), data.resolve("pairs.jsonl"));
        Files.createSymbolicLink(home.resolve("alias"), data);

        assertThat(folders.allowed(data + "/innocent.jsonl")).isFalse();
        assertThat(folders.allowed(data + "/inside.jsonl")).isTrue();
        assertThat(folders.allowed(home + "/alias/pairs.jsonl")).isTrue();
        assertThat(folders.allowed(data.toString()))
                .as("a folder with a link that leads away")
                .isFalse();
    }

    @Test
    void doesNotTellWhatExistsOutside() {
        assertThat(folders.allowed(secrets + "/key")).isEqualTo(folders.allowed(secrets + "/no-such"));
        assertThat(folders.allowed(data + "/no-such")).isTrue();
    }

    @Test
    void findsEveryPlaceInASpecification() throws IOException {
        String document = """
                {"data": {"sources": [
                   {"type": "jsonl", "files": ["%1$s/pairs.jsonl", "/etc/passwd"]},
                   {"type": "messages", "artifact": "a:b:1"},
                   {"type": "triples", "queries": "/var/q", "documents": "%1$s/d", "labels": "/var/l"},
                   {"type": "collection", "folder": "/var/c"}],
                  "evaluation": [{"folder": "/var/x", "corpusFolder": "/var/y"}]},
                 "tokenizer": {"type": "folder", "folder": "/opt"},
                 "initialise": {"from": {"type": "folder", "folder": "/srv"}},
                 "filter": {"teacher": {"type": "onnx", "folder": "%1$s", "model": "../secrets/key", "tokenizer": "t.json"}},
                 "mine": {"teacher": {"type": "model", "model": "e5@1"}}}
                """.formatted(data);

        assertThat(folders.faults(new ObjectMapper().readTree(document)))
                .extracting(Fault::pointer)
                .containsExactlyInAnyOrder(
                        "/data/sources/0/files/1",
                        "/data/sources/2/queries",
                        "/data/sources/2/labels",
                        "/data/sources/3/folder",
                        "/data/evaluation/0/folder",
                        "/data/evaluation/0/corpusFolder",
                        "/tokenizer/folder",
                        "/initialise/from/folder",
                        "/filter/teacher/model");
        assertThat(DataFolders.ANYWHERE.faults(new ObjectMapper().readTree(document)))
                .isEmpty();
        assertThat(DataFolders.NOWHERE.faults(new ObjectMapper().readTree(document)))
                .hasSize(13);
    }

    @Test
    void objectsAreReadOnlyWhereItIsSaidAndOnlyAsData() throws IOException {
        DataFolders named = DataFolders.parse(data + ":s3://lake/web:s3://whole-bucket");

        assertThat(named.allowed(data + "/pairs.jsonl")).isTrue();
        assertThat(named.allowed("s3://lake/web")).isTrue();
        assertThat(named.allowed("s3://lake/web/2026/a.jsonl")).isTrue();
        assertThat(named.allowed("s3://whole-bucket/any/thing")).isTrue();
        for (String other : List.of(
                "s3://lake",
                "s3://lake/website/a.jsonl",
                "s3://lake/web/../secret",
                "s3://lake/web//a",
                "s3://lakes/web/a",
                "s3://whole-bucket-2/a",
                "s3://",
                "s3://Lake/web/a")) {
            assertThat(named.allowed(other)).as(other).isFalse();
        }
        String document = """
                {"data": {"sources": [{"type": "jsonl", "files": ["s3://lake/web/a.jsonl"]}],
                  "evaluation": [{"folder": "s3://lake/other"}]},
                 "tokenizer": {"type": "folder", "folder": "s3://lake/web/tokenizer"}}
                """;
        assertThat(named.faults(new ObjectMapper().readTree(document)))
                .extracting(Fault::pointer)
                .containsExactlyInAnyOrder("/data/evaluation/0/folder", "/tokenizer/folder");
        assertThat(DataFolders.ANYWHERE.faults(new ObjectMapper().readTree(document)))
                .extracting(Fault::pointer)
                .containsExactlyInAnyOrder("/data/sources/0/files/0", "/data/evaluation/0/folder", "/tokenizer/folder");
        assertThatThrownBy(() -> DataFolders.parse("s3://lake/a:s3://no bucket/a"))
                .hasMessage("FIRN_DATA_FOLDERS: 's3://no bucket/a' is not s3://bucket or s3://bucket/key");
    }

    @Test
    void readsSeveralFoldersAndRefusesWhatIsNone() {
        DataFolders both = DataFolders.parse(data + ":" + secrets + ":");

        assertThat(both.allowed(secrets + "/key")).isTrue();
        for (String wrong : List.of("relative", home + "/no-such", data + "/pairs.jsonl")) {
            assertThatThrownBy(() -> DataFolders.parse(data + ":" + wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("FIRN_DATA_FOLDERS: '" + wrong + "'");
        }
    }
}
