package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.ModelVersion;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * The folder that an archive is unpacked into: all of it, or nothing.
 *
 * <p>The archive is unpacked into a hidden folder inside the target, each file bounded by its stated size and checked
 * against its digest, and only when all files are there do they get their names. Nothing is written outside the target,
 * whatever the archive's names are and whatever symbolic links the target holds.
 */
final class ModelFolder {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path directory;

    private ModelFolder(Path directory) {
        this.directory = requireNonNull(directory, "directory is null");
    }

    /**
     * Makes the folder when there is none.
     *
     * @param force whether a folder with something in it will do
     * @throws InputException when it is no folder, or holds something
     */
    static ModelFolder prepare(Path directory, boolean force) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new InputException(directory + " is not a folder");
        }
        Files.createDirectories(directory);
        try (Stream<Path> content = Files.list(directory)) {
            if (!force && content.findAny().isPresent()) {
                throw new InputException(directory + " is not empty; --force writes into it all the same");
            }
        }
        return new ModelFolder(directory.toRealPath());
    }

    /**
     * Unpacks the archive.
     *
     * @param archive a zip; not closed
     * @param files the files that the archive must hold, no more and no less
     * @throws FailureException when the archive is not what it should be; the folder is then as it was
     */
    void fill(InputStream archive, List<ModelVersion.File> files) throws IOException {
        Map<String, ModelVersion.File> expected = new LinkedHashMap<>();
        for (ModelVersion.File file : files) {
            place(directory, file.name());
            if (file.sha256() == null || expected.put(file.name(), file) != null) {
                throw new FailureException("the registry's list of files is broken at " + file.name());
            }
        }
        if (expected.isEmpty()) {
            throw new FailureException("the registry names no files of this version");
        }
        Path staging = Files.createTempDirectory(directory, ".firn-export-");
        try {
            unpack(archive, expected, staging);
            for (String name : expected.keySet()) {
                Path target = place(directory, name);
                refuseLinks(target.getParent());
                Files.createDirectories(target.getParent());
                Files.move(place(staging, name), target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            delete(staging);
        }
    }

    private static void unpack(InputStream archive, Map<String, ModelVersion.File> expected, Path staging)
            throws IOException {
        TreeSet<String> missing = new TreeSet<>(expected.keySet());
        ZipInputStream zip = new ZipInputStream(archive);
        try {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.isDirectory()) {
                    continue;
                }
                ModelVersion.File file = expected.get(entry.getName());
                if (file == null || !missing.remove(file.name())) {
                    throw new FailureException("the archive holds " + entry.getName()
                            + ", which the registry does not name; nothing was written");
                }
                Path target = place(staging, file.name());
                Files.createDirectories(target.getParent());
                write(zip, file, target);
            }
        } catch (ZipException | EOFException e) {
            throw new FailureException("the archive is broken (" + e.getMessage() + "); nothing was written");
        }
        if (!missing.isEmpty()) {
            throw new FailureException("the archive lacks " + String.join(", ", missing) + "; nothing was written");
        }
    }

    private static void write(InputStream content, ModelVersion.File file, Path target) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
        long bytes = 0;
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                bytes += read;
                if (bytes > file.bytes()) {
                    break;
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
        }
        if (bytes != file.bytes() || !HexFormat.of().formatHex(digest.digest()).equalsIgnoreCase(file.sha256())) {
            throw new FailureException(file.name() + " is not what the registry's digest says; nothing was written");
        }
    }

    /** Where a file of this name lies below a folder. */
    private static Path place(Path folder, String name) {
        Path place = folder.resolve(name).normalize();
        if (name.isEmpty() || name.indexOf('\0') >= 0 || !place.startsWith(folder) || place.equals(folder)) {
            throw new FailureException("the archive holds a file that would lie outside the folder: " + name);
        }
        return place;
    }

    private void refuseLinks(Path parent) {
        for (Path folder = parent; !folder.equals(directory); folder = folder.getParent()) {
            if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
                    && !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new FailureException(folder + " is not a folder of its own; nothing is written through it");
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
