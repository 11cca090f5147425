package dev.firn.training.artifact;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;

/**
 * Finds jars by their coordinates: in a cache folder, in the local Maven repository, else by running Maven, which
 * downloads with the user's own settings (mirrors, proxies, credentials) and checks what it downloads.
 */
public final class MavenArtifacts {
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final Duration LONGEST_DOWNLOAD = Duration.ofMinutes(60);
    private static final int LINES_SHOWN = 5;

    private final Path cache;
    private final Path localRepository;
    private final List<String> maven;

    /**
     * A finder over given places.
     *
     * @param cache where downloads are kept, as {@code group/artifact/version/file}
     * @param localRepository Maven's local repository; need not exist
     * @param maven the command that starts Maven; empty means that nothing is downloaded
     */
    public MavenArtifacts(Path cache, Path localRepository, List<String> maven) {
        this.cache = requireNonNull(cache, "cache is null");
        this.localRepository = requireNonNull(localRepository, "localRepository is null");
        this.maven = List.copyOf(maven);
    }

    /** With the local repository where Maven has it by default, and {@code mvn} from the path. */
    public static MavenArtifacts standard(Path cache) {
        String configured = System.getProperty("maven.repo.local");
        Path repository = configured == null
                ? Path.of(System.getProperty("user.home"), ".m2", "repository")
                : Path.of(configured);
        return new MavenArtifacts(cache, repository, List.of("mvn"));
    }

    /**
     * The file of an artifact; downloads it when it is not on this machine, which may take minutes.
     *
     * @param coordinates {@code group:artifact:version[:type[:classifier]]}
     * @throws IllegalArgumentException when the coordinates are none
     * @throws ArtifactNotFoundException when it is nowhere; says what to do
     */
    public Path resolve(String coordinates) {
        Coordinates parsed = Coordinates.parse(coordinates);
        Path cached = cache.resolve(parsed.path());
        if (Files.isRegularFile(cached)) {
            return cached;
        }
        Path local = localRepository.resolve(parsed.path());
        if (Files.isRegularFile(local)) {
            return local;
        }
        if (maven.isEmpty()) {
            throw new ArtifactNotFoundException(coordinates + " is not on this machine; " + advice(parsed));
        }
        try {
            download(parsed, cached);
        } catch (IOException e) {
            throw new ArtifactNotFoundException(
                    coordinates + " could not be downloaded with " + maven.getFirst() + " (" + e.getMessage() + "); "
                            + advice(parsed),
                    e);
        }
        return cached;
    }

    private String advice(Coordinates coordinates) {
        return "run `mvn dependency:get -Dartifact=" + coordinates.forMaven()
                + "` where there is a network, or put the " + "file at " + cache.resolve(coordinates.path());
    }

    private void download(Coordinates coordinates, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        // A folder of its own: no project there that Maven would read, and never half a file under the final name
        Path work = Files.createTempDirectory(target.getParent(), ".download");
        try {
            List<String> command = new ArrayList<>(maven);
            command.addAll(List.of(
                    "-B",
                    "-q",
                    PLUGIN + ":copy",
                    "-Dartifact=" + coordinates.forMaven(),
                    "-DoutputDirectory=" + work,
                    "-Dmdep.useBaseVersion=true"));
            run(command, work);
            Path file = work.resolve(coordinates.fileName());
            if (!Files.isRegularFile(file)) {
                throw new IOException("Maven ended well, but gave no file " + coordinates.fileName());
            }
            moveIntoPlace(file, target);
        } finally {
            FileUtils.deleteDirectory(work.toFile());
        }
    }

    private static void run(List<String> command, Path work) throws IOException {
        Path log = work.resolve("maven.log");
        Process process = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(LONGEST_DOWNLOAD.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("no end after " + LONGEST_DOWNLOAD.toMinutes() + " minutes");
            }
            if (process.exitValue() != 0) {
                throw new IOException("exit status " + process.exitValue() + ": " + firstErrors(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    private static String firstErrors(Path log) throws IOException {
        // Maven writes in the terminal's encoding, which need not be UTF-8
        List<String> errors = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.contains("ERROR") && line.length() > "[ERROR] ".length())
                .limit(LINES_SHOWN)
                .toList();
        return String.join(" ", errors);
    }

    private static void moveIntoPlace(Path file, Path target) throws IOException {
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private record Coordinates(String group, String artifact, String version, String type, String classifier) {
        static Coordinates parse(String text) {
            String[] parts = requireNonNull(text, "coordinates is null").split(":", -1);
            if (parts.length < 3 || parts.length > 5) {
                throw new IllegalArgumentException(
                        "coordinates must be group:artifact:version[:type[:classifier]], are " + text);
            }
            for (String part : parts) {
                if (!PART.matcher(part).matches() || part.contains("..")) {
                    throw new IllegalArgumentException("coordinates " + text + " have a part that is none: " + part);
                }
            }
            return new Coordinates(
                    parts[0],
                    parts[1],
                    parts[2],
                    parts.length > 3 ? parts[3] : "jar",
                    parts.length > 4 ? parts[4] : "");
        }

        String fileName() {
            return artifact + "-" + version + (classifier.isEmpty() ? "" : "-" + classifier) + "." + type;
        }

        String path() {
            return group.replace('.', '/') + "/" + artifact + "/" + version + "/" + fileName();
        }

        String forMaven() {
            String base = group + ":" + artifact + ":" + version + ":" + type;
            return classifier.isEmpty() ? base : base + ":" + classifier;
        }
    }
}
