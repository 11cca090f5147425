package dev.firn.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to use a home, held by one process at a time.
 *
 * <p>The lock is the kernel's: it goes with the process that holds it, however that ends, so there are no stale locks.
 * The holder's process id lies in a file beside the lock; closing any handle on the locked file itself would give the
 * lock away (POSIX), which is also why this process remembers the homes it holds.
 */
public final class HomeLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path home;
    private final FileChannel channel;
    private final FileLock lock;

    private HomeLock(Path home, FileChannel channel, FileLock lock) {
        this.home = home;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the home, creating its folder, readable by its owner only, when it is missing.
     *
     * @throws EmbeddedServiceException when another process has it (the message names its process id), or when the
     *     folder cannot be used
     */
    public static HomeLock acquire(Path home) {
        try {
            PrivateFiles.createFolder(home);
            Path real = home.toRealPath();
            if (!HELD_HERE.add(real)) {
                throw inUse(home, Long.toString(ProcessHandle.current().pid()));
            }
            try {
                return acquireHere(real);
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(real);
                throw e;
            }
        } catch (IOException e) {
            throw new EmbeddedServiceException(
                    "the folder " + home + " cannot be used (" + e + "); set FIRN_HOME to one that can be written", e);
        }
    }

    /** Whether a process has the home at this moment. */
    public static boolean isHeld(Path home) {
        try {
            acquire(home).close();
            return false;
        } catch (EmbeddedServiceException e) {
            return true;
        }
    }

    private static HomeLock acquireHere(Path home) throws IOException {
        FileChannel channel = FileChannel.open(
                home.resolve("firn.lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw inUse(home, holder(home));
        }
        PrivateFiles.write(
                home.resolve("firn.pid"), Long.toString(ProcessHandle.current().pid()));
        return new HomeLock(home, channel, lock);
    }

    private static String holder(Path home) {
        try {
            return Files.readString(home.resolve("firn.pid"), UTF_8).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static EmbeddedServiceException inUse(Path home, String pid) {
        return new EmbeddedServiceException("the home " + home + " is in use by the process " + pid
                + "; end that one first, or set FIRN_HOME to another folder");
    }

    /** Gives the home back. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(home.resolve("firn.pid"));
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new EmbeddedServiceException("the home " + home + " could not be given back", e);
        } finally {
            HELD_HERE.remove(home);
        }
    }
}
