package dev.firn.bench.installation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A fresh folder where a server keeps everything, but for the artifacts that it would download. */
public final class Home {
    private static final long SECONDS_TO_END = 60;

    private final Path folder;

    private Home(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes one.
     *
     * @param folder must not exist
     * @param artifacts downloads, shared by all homes
     */
    public static Home create(Path folder, Path artifacts) throws IOException {
        Files.createDirectories(artifacts);
        Files.createDirectory(requireNonNull(folder, "folder is null"));
        Files.createSymbolicLink(folder.resolve("artifacts"), artifacts);
        return new Home(folder);
    }

    public Path folder() {
        return folder;
    }

    /** The home's PostgreSQL server, if one runs; it outlives a killed server. */
    public Optional<ProcessHandle> postgres() throws IOException {
        Path data = folder.resolve("postgres").resolve("data");
        try {
            long pid = Long.parseLong(Files.readString(data.resolve("postmaster.pid"), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("0")
                    .strip());
            return ProcessHandle.of(pid).filter(process -> isIn(process, data));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isIn(ProcessHandle process, Path folder) {
        try {
            return Files.isSameFile(Path.of("/proc", Long.toString(process.pid()), "cwd"), folder);
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the PostgreSQL server that a killed server left. */
    public void endPostgres() throws IOException, InterruptedException {
        Optional<ProcessHandle> left = postgres();
        if (left.isPresent()) {
            left.get().destroy();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_END);
            while (left.get().isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
        }
    }
}
