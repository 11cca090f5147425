package dev.firn.training.artifact;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * Finds jars by their coordinates: in a cache folder, in the local Maven repository, else by running Maven, which
 * downloads with the user's own settings (mirrors, proxies, credentials).
 */
@SuppressWarnings("DoNotCallSuggester")
public final class MavenArtifacts {
    private final Path cache;
    private final Path localRepository;
    private final List<String> maven;

    /**
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
     * The file of an artifact.
     *
     * @param coordinates {@code group:artifact:version[:type[:classifier]]}
     * @throws ArtifactNotFoundException when it is nowhere; says what to do
     */
    public Path resolve(String coordinates) {
        throw new UnsupportedOperationException("written next: " + coordinates + cache + localRepository + maven);
    }
}
