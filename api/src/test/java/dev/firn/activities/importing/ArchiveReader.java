package dev.firn.activities.importing;

import dev.firn.training.model.ImportSettings;
import dev.firn.training.model.ImportedFolder;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads an archive as an import does, up to where its weights would be loaded. */
public final class ArchiveReader {
    private static final ImportSettings NOTHING_SAID =
            new ImportSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private ArchiveReader() {}

    /**
     * Reads an archive.
     *
     * @param place an empty folder
     * @throws IllegalStateException when the archive left a file outside of its own folder
     */
    public static void read(Path place, byte[] archive) throws IOException {
        Path folder = Files.createDirectory(place.resolve("sent"));
        try {
            FolderArchive.unpack(new ByteArrayInputStream(archive), folder);
            ImportedFolder.open(folder, NOTHING_SAID);
        } catch (ImportRefusedException | IOException | InvalidTokenizerException | IllegalArgumentException e) {
            // What an import turns into a refusal
        }
        try (Stream<Path> entries = Files.list(place)) {
            List<Path> found = entries.toList();
            if (!found.equals(List.of(folder))) {
                throw new IllegalStateException("beside the archive's folder there is now " + found);
            }
        }
    }
}
