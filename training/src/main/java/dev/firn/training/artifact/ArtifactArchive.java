package dev.firn.training.artifact;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A jar, read with limits: no entry larger than asked for, none written outside the folder it is unpacked to. */
public final class ArtifactArchive implements AutoCloseable {
    private final Path jar;
    private final ZipFile zip;

    /** Opens a jar; fails when it is not one. */
    public ArtifactArchive(Path jar) throws IOException {
        this.jar = requireNonNull(jar, "jar is null");
        this.zip = new ZipFile(jar.toFile());
    }

    /** The names of all files in it, sorted. */
    public List<String> entries() {
        return zip.stream()
                .filter(entry -> !entry.isDirectory())
                .map(ZipEntry::getName)
                .sorted()
                .toList();
    }

    /** Whether there is a file of that name. */
    public boolean contains(String entry) {
        ZipEntry found = zip.getEntry(entry);
        return found != null && !found.isDirectory();
    }

    /**
     * A stream over an entry, which fails once it has given more bytes than allowed (what the jar says about an entry's
     * size is not trusted).
     *
     * @throws FileNotFoundException when there is no such file in the jar
     */
    public InputStream open(String entry, long maximumBytes) throws IOException {
        if (!contains(entry)) {
            throw new FileNotFoundException(jar.getFileName() + " has no file " + entry);
        }
        return new LimitedStream(
                zip.getInputStream(zip.getEntry(entry)), maximumBytes, jar.getFileName() + "!" + entry);
    }

    /** An entry whole. */
    public byte[] read(String entry, int maximumBytes) throws IOException {
        try (InputStream stream = open(entry, maximumBytes)) {
            return stream.readAllBytes();
        }
    }

    /** Writes an entry to a file of the same name below a folder, and gives the file. It appears whole or not at all. */
    public Path extract(String entry, Path folder, long maximumBytes) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        Path file;
        try {
            file = root.resolve(entry).normalize();
        } catch (InvalidPathException e) {
            throw new IOException(jar.getFileName() + " has a file whose name is no path: " + entry, e);
        }
        if (!file.startsWith(root) || file.equals(root)) {
            throw new IOException(jar.getFileName() + " has a file that would lie outside of its folder: " + entry);
        }
        try (InputStream stream = open(entry, maximumBytes)) {
            Files.createDirectories(file.getParent());
            Path part =
                    Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
            try {
                Files.copy(stream, part, StandardCopyOption.REPLACE_EXISTING);
                moveIntoPlace(part, file);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return file;
    }

    private static void moveIntoPlace(Path part, Path file) throws IOException {
        try {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static final class LimitedStream extends FilterInputStream {
        private final long maximumBytes;
        private final String name;
        private long given;

        LimitedStream(InputStream stream, long maximumBytes, String name) {
            super(stream);
            this.maximumBytes = maximumBytes;
            this.name = name;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                count(1);
            }
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            if (read > 0) {
                count(read);
            }
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            long skipped = super.skip(bytes);
            count(skipped);
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }

        private void count(long bytes) throws IOException {
            given += bytes;
            if (given > maximumBytes) {
                throw new IOException(name + " is larger than " + maximumBytes + " bytes");
            }
        }
    }
}
