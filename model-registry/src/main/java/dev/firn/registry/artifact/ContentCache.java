package dev.firn.registry.artifact;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files by their digest on the local disk, shared by processes.
 *
 * <p>A file enters by a rename or a link, so it is there whole or not at all; whoever takes it out verifies it. When
 * there is more than the bound, what was used longest ago goes.
 */
final class ContentCache {
    private final Path folder;
    private final long maximumBytes;

    ContentCache(Path folder, long maximumBytes) {
        this.folder = requireNonNull(folder, "folder is null");
        this.maximumBytes = maximumBytes;
    }

    /** The place of this content, with its folder made. */
    Path place(Digest digest) throws IOException {
        Path parent = folder.resolve(digest.hex().substring(0, 2));
        Files.createDirectories(parent);
        return parent.resolve(digest.hex());
    }

    /** Whether the content is here and whole; what is damaged is removed. */
    boolean has(Digest digest) throws IOException {
        Path place = place(digest);
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(place), Digest.newMessageDigest())) {
            in.transferTo(OutputStream.nullOutputStream());
            if (Digest.fromBytes(in.getMessageDigest().digest()).equals(digest)) {
                return true;
            }
        } catch (NoSuchFileException e) {
            return false;
        }
        Files.deleteIfExists(place);
        return false;
    }

    /** Takes in a file that has this content, which stays where it is. */
    void add(Digest digest, Path file) throws IOException {
        Path place = place(digest);
        try {
            linkOrCopy(file, place);
        } catch (FileAlreadyExistsException e) {
            // whoever takes it out verifies it
        }
    }

    /** Puts the content, which is here, at the target. */
    void give(Digest digest, Path target) throws IOException {
        Path place = place(digest);
        try {
            Files.setLastModifiedTime(place, FileTime.from(Instant.now()));
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            // only the order of eviction suffers, where the file is another user's
        }
        linkOrCopy(place, target);
    }

    private static void linkOrCopy(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            Path temporary = Files.createTempFile(to.toAbsolutePath().getParent(), ".copy-", ".part");
            try {
                Files.copy(from, temporary, StandardCopyOption.REPLACE_EXISTING);
                Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** Removes what was used longest ago until the bound is met. */
    void evict() throws IOException {
        List<Entry> entries = new ArrayList<>();
        long total = 0;
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder, 2)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                try {
                    if (Files.isRegularFile(file)) {
                        Entry entry = new Entry(file, Files.size(file), Files.getLastModifiedTime(file));
                        entries.add(entry);
                        total += entry.bytes();
                    }
                } catch (NoSuchFileException e) {
                    // another process evicts too
                }
            }
        }
        entries.sort(Comparator.comparing(Entry::used));
        for (Entry entry : entries) {
            if (total <= maximumBytes) {
                return;
            }
            Files.deleteIfExists(entry.file());
            total -= entry.bytes();
        }
    }

    private record Entry(Path file, long bytes, FileTime used) {}
}
