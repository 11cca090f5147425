package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.jboss.logging.Logger;

/**
 * A folder that one process works in, among those of the others on the same home. A lock on a file in it says that the process
 * lives; what processes left that were killed goes when the next one starts.
 */
public final class OwnFolder implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OwnFolder.class);
    private static final String LOCK_FILE = "lock";
    private static final String PREFIX = "process-";

    /** What has no lock was left by an earlier version, or is being made at this moment. */
    private static final Duration FRESH = Duration.ofDays(1);

    private final Path folder;
    private final FileChannel lock;

    private OwnFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = requireNonNull(lock, "lock is null");
    }

    /**
     * Makes one, and removes those of processes that are gone.
     *
     * @param parent where the folders of all processes are; made when it is missing
     */
    public static OwnFolder open(Path parent) {
        try {
            Files.createDirectories(parent);
            removeAbandoned(parent);
            // Others must not see it before it is locked
            Path made = Files.createTempDirectory(parent, "new-");
            FileChannel channel =
                    FileChannel.open(made.resolve(LOCK_FILE), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel.lock();
            Path folder = Files.move(
                    made, parent.resolve(PREFIX + made.getFileName().toString().replaceFirst("^new-", "")));
            return new OwnFolder(folder, channel);
        } catch (IOException e) {
            throw new UncheckedIOException("a folder to work in cannot be made in " + parent, e);
        }
    }

    private static void removeAbandoned(Path parent) throws IOException {
        List<Path> found;
        try (Stream<Path> entries = Files.list(parent)) {
            found = entries.toList();
        }
        for (Path entry : found) {
            try {
                if (entry.getFileName().toString().startsWith(PREFIX)) {
                    removeUnlessLocked(entry);
                } else if (Files.getLastModifiedTime(entry)
                        .toInstant()
                        .isBefore(Instant.now().minus(FRESH))) {
                    FileUtils.forceDelete(entry.toFile());
                }
            } catch (IOException e) {
                LOG.warnf("What a process left in %s could not be removed: %s", entry, e.getMessage());
            }
        }
    }

    private static void removeUnlessLocked(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK_FILE), StandardOpenOption.WRITE);
                FileLock mine = channel.tryLock()) {
            if (mine != null) {
                FileUtils.deleteDirectory(folder.toFile());
                LOG.infof("Removed %s, which a process left that was killed", folder);
            }
        } catch (OverlappingFileLockException e) {
            LOG.debugf("%s is this process's", folder);
        } catch (NoSuchFileException e) {
            LOG.debugf("%s was removed by another process", folder);
        }
    }

    /** A place in it. */
    public Path resolve(String name) {
        return folder.resolve(name);
    }

    /** Removes it. */
    @Override
    public void close() {
        try (lock) {
            FileUtils.deleteDirectory(folder.toFile());
        } catch (IOException e) {
            LOG.warnf("%s could not be removed: %s", folder, e.getMessage());
        }
    }
}
