package dev.firn.activities.importing;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.dataset.Dataset;
import dev.firn.training.data.DataFault;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.data.PairsInspection;
import dev.firn.training.data.PairsSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;

/** Registers files of pairs that somebody sends as datasets. Safe for use by several threads. */
public final class DatasetUpload {
    /** The kind of such a dataset's artifact. */
    public static final String KIND = "pairs";

    /** What a language may be called. */
    public static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*");

    /** The most files that a dataset may have. */
    public static final int MOST_FILES = 1_000;

    private static final Pattern FILE_NAME =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}\\.jsonl(\\.(gz|zst|xz))?");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Stores stores;
    private final Path scratch;

    /**
     * @param scratch folder for what arrives, used by nobody else; what a killed process left in it goes. Files that are
     *     sent should lie on the same disk
     */
    public DatasetUpload(Stores stores, Path scratch) throws IOException {
        this.stores = requireNonNull(stores, "stores is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        FileUtils.deleteDirectory(scratch.toFile());
        Files.createDirectories(scratch);
    }

    /**
     * A file that was sent.
     *
     * @param name as its sender calls it
     * @param content where it lies; it is moved away
     */
    public record SentFile(String name, Path content) {
        public SentFile {
            requireNonNull(name, "name is null");
            requireNonNull(content, "content is null");
        }
    }

    /**
     * A dataset, and whether it is new.
     *
     * @param created false when the name has exactly these files as a version already
     */
    public record Uploaded(Dataset dataset, boolean created) {}

    /**
     * Looks at every line of the files and registers them as the next version of a name.
     *
     * @param language the language of lines that name none; without it every line must
     * @throws DataFaultException when something is wrong with them, by {@code /files/N} and line; nothing stays of them
     * @throws IOException when the disk fails
     */
    public Uploaded register(String name, Optional<String> language, List<SentFile> files) throws IOException {
        requireNames(files);
        Path work = Files.createTempDirectory(scratch, "dataset-");
        try {
            Path folder = Files.createDirectory(work.resolve("files"));
            List<Path> moved = new ArrayList<>();
            for (SentFile file : files) {
                moved.add(Files.move(file.content(), folder.resolve(file.name())));
            }
            PairsSummary pairs = inspect(moved, language, folder, Files.createDirectory(work.resolve("counting")));
            ArtifactReference artifact = stores.artifacts().publish(folder, KIND);
            Optional<Dataset> present = stores.datasets().findByArtifact(name, artifact.digest());
            if (present.isPresent()) {
                return new Uploaded(present.get(), false);
            }
            ObjectNode summary = MAPPER.valueToTree(pairs);
            language.ifPresent(said -> summary.put("language", said));
            return new Uploaded(stores.datasets().register(name, artifact, summary), true);
        } finally {
            FileUtils.deleteDirectory(work.toFile());
        }
    }

    private static void requireNames(List<SentFile> files) {
        List<DataFault> faults = new ArrayList<>();
        if (files.isEmpty() || files.size() > MOST_FILES) {
            faults.add(fault("/files", "must be 1 to " + MOST_FILES + " files, are " + files.size()));
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < files.size(); i++) {
            String file = files.get(i).name();
            if (!FILE_NAME.matcher(file).matches()) {
                faults.add(fault(
                        "/files/" + i,
                        "a file must be called like pairs.jsonl or pairs.jsonl.gz, of letters, digits, '.', '_' and '-'; '"
                                + file.replaceAll("\\p{Cntrl}", " ") + "' is not"));
            } else if (!names.add(file)) {
                faults.add(fault("/files/" + i, "another file is also called " + file));
            }
        }
        if (!faults.isEmpty()) {
            throw new DataFaultException(faults);
        }
    }

    private static DataFault fault(String pointer, String message) {
        return new DataFault(DataFault.Section.SOURCES, 0, pointer, message);
    }

    /** What is said of the files does not name where they lie on this server. */
    private static PairsSummary inspect(List<Path> files, Optional<String> language, Path folder, Path counting)
            throws IOException {
        try {
            return PairsInspection.inspect(files, language, counting);
        } catch (DataFaultException e) {
            throw new DataFaultException(e.faults().stream()
                    .map(fault -> fault(fault.pointer(), fault.message().replace(folder + "/", "")))
                    .toList());
        }
    }
}
