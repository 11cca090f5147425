package dev.firn.bench.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoredBlobsTest {
    @TempDir
    Path folder;

    @Test
    void flipsOneBitOfTheLargestFileAndLeavesTheOthers() throws Exception {
        write("aa11", """
                {"kind":"checkpoint","files":[
                  {"name":"small","sha256":"bb22","bytes":3},
                  {"name":"large","sha256":"cc33","bytes":5}]}""");
        write("bb22", "abc");
        write("cc33", "abcde");

        assertThat(new StoredBlobs(folder).corrupt("aa11")).isEqualTo("cc33");

        assertThat(read("bb22")).isEqualTo("abc");
        assertThat(read("cc33")).isEqualTo("abbde");
    }

    @Test
    void countsTheBytesOfWhatIsWholeAndNotOfWhatIsBeingWritten() throws Exception {
        write("aa".repeat(32), "abc");
        write("bb".repeat(32), "abcde");
        write("bb".repeat(32) + ".part", "abcdefg");

        assertThat(new StoredBlobs(folder).bytes()).isEqualTo(8);
    }

    private Path blob(String digest) {
        return folder.resolve("blobs/sha256").resolve(digest.substring(0, 2)).resolve(digest);
    }

    private void write(String digest, String content) throws Exception {
        Files.createDirectories(blob(digest).getParent());
        Files.writeString(blob(digest), content);
    }

    private String read(String digest) throws Exception {
        return Files.readString(blob(digest));
    }
}
