package dev.firn.api.dataset;

import static java.util.Objects.requireNonNull;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Where files of forms lie while they arrive. What a killed process left there goes a day later. */
@Singleton
public class UploadFolder {
    private static final Duration ARRIVING = Duration.ofDays(1);

    private final Path folder;

    public UploadFolder(@ConfigProperty(name = "quarkus.http.body.uploads-directory") String folder) {
        this.folder = Path.of(requireNonNull(folder, "folder is null"));
    }

    void prepare(@Observes StartupEvent event) {
        Instant old = Instant.now().minus(ARRIVING);
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    removeIfOld(file, old);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folder for files that arrive cannot be made ready", e);
        }
    }

    private static void removeIfOld(Path file, Instant old) throws IOException {
        try {
            if (Files.isRegularFile(file)
                    && Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // another process on the same home has done with it
        }
    }
}
