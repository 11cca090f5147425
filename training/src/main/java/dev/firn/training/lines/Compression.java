package dev.firn.training.lines;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** How the content of a file is packed, told by the end of the file's name. */
public enum Compression {
    NONE(""),
    GZIP(".gz"),
    ZSTANDARD(".zst"),
    XZ(".xz");

    private static final int BUFFER_BYTES = 1 << 16;
    /** What a file may ask of memory to be unpacked: the window of the strongest preset of xz needs 65 MiB. */
    private static final int LARGEST_WINDOW_KIB = 1 << 17;

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    /** What a file's name says. */
    public static Compression of(Path file) {
        String name = file.getFileName().toString();
        return Arrays.stream(values())
                .filter(each -> each != NONE && name.endsWith(each.suffix))
                .findFirst()
                .orElse(NONE);
    }

    /** The end of the file names. */
    public String suffix() {
        return suffix;
    }

    /**
     * The file among several names that is there, plain or compressed, else the first.
     *
     * @param names without the end that tells the compression
     */
    public static Path existing(Path folder, List<String> names) {
        for (String name : names) {
            for (Compression compression : values()) {
                Path file = folder.resolve(name + compression.suffix);
                if (Files.isRegularFile(file)) {
                    return file;
                }
            }
        }
        return folder.resolve(names.getFirst());
    }

    /**
     * A file's content out of its bytes.
     *
     * @throws IOException when the beginning is not what the name says
     */
    InputStream uncompressed(InputStream file) throws IOException {
        return switch (this) {
            case NONE -> file;
            case GZIP -> new GZIPInputStream(file, BUFFER_BYTES);
            case ZSTANDARD -> new ZstdInputStream(file);
            case XZ -> new XZInputStream(file, LARGEST_WINDOW_KIB);
        };
    }
}
