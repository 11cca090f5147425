package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.workflows.specification.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folders that a specification may name files in. Whoever may start a run could otherwise read every file of the server's
 * user, a line at a time, as a dataset.
 *
 * <p>Symbolic links are followed before a place is judged: the file that would be read has to lie in an allowed folder, whatever it is
 * called. Whether a file outside exists is not told.
 */
public final class DataFolders {
    /** The environment's variable that names them, separated by colons. */
    public static final String VARIABLE = "FIRN_DATA_FOLDERS";

    /** Any file that the server's user can read. */
    public static final DataFolders ANYWHERE = new DataFolders(Optional.empty());

    /** No file; artifacts and registered models only. */
    public static final DataFolders NOWHERE = new DataFolders(Optional.of(List.of()));

    private static final Set<String> LOCATIONS = Set.of("folder", "corpusFolder", "queries", "documents", "labels");
    private static final String FILES = "files";
    private static final List<String> TEACHERS = List.of("/filter/teacher", "/mine/teacher");
    private static final List<String> TEACHER_FILES = List.of("model", "tokenizer");
    private static final int DEEPEST = 4;
    private static final int MOST_ENTRIES = 100_000;

    private final Optional<List<Path>> roots;

    private DataFolders(Optional<List<Path>> roots) {
        this.roots = roots;
    }

    /**
     * These folders and what is in them.
     *
     * @param configured absolute paths, separated by colons
     * @throws IllegalArgumentException naming the first that is no absolute path of a folder on this machine
     */
    public static DataFolders parse(String configured) {
        List<Path> roots = new ArrayList<>();
        for (String entry : Arrays.stream(configured.split(":"))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList()) {
            Path folder = Path.of(entry);
            if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
                throw new IllegalArgumentException(
                        VARIABLE + ": '" + entry + "' is not the absolute path of a folder on this machine");
            }
            try {
                roots.add(folder.toRealPath());
            } catch (IOException e) {
                throw new IllegalArgumentException(VARIABLE + ": '" + entry + "' cannot be read (" + e + ")", e);
            }
        }
        return new DataFolders(Optional.of(List.copyOf(roots)));
    }

    /** Every place in a specification that names a file or folder which may not be read. */
    List<Fault> faults(JsonNode document) {
        List<Fault> faults = new ArrayList<>();
        if (roots.isPresent()) {
            look(document, "", faults);
            for (String pointer : TEACHERS) {
                teacher(document.at(pointer), pointer, faults);
            }
        }
        return faults;
    }

    private void look(JsonNode node, String pointer, List<Fault> faults) {
        if (node.isArray()) {
            int index = 0;
            for (JsonNode element : node) {
                look(element, pointer + "/" + index, faults);
                index++;
            }
        }
        node.properties().forEach(field -> {
            String place = pointer + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
            JsonNode value = field.getValue();
            if (LOCATIONS.contains(field.getKey()) && value.isTextual()) {
                check(value.textValue(), place, faults);
            } else if (field.getKey().equals(FILES) && value.isArray()) {
                int index = 0;
                for (JsonNode file : value) {
                    if (file.isTextual()) {
                        check(file.textValue(), place + "/" + index, faults);
                    }
                    index++;
                }
            } else {
                look(value, place, faults);
            }
        });
    }

    /** A teacher's files are named relative to its folder, from which such a name could lead away. */
    private void teacher(JsonNode teacher, String pointer, List<Fault> faults) {
        JsonNode folder = teacher.path("folder");
        for (String field : TEACHER_FILES) {
            JsonNode name = teacher.path(field);
            if (folder.isTextual() && name.isTextual()) {
                check(folder.textValue() + "/" + name.textValue(), pointer + "/" + field, faults);
            }
        }
    }

    private void check(String location, String pointer, List<Fault> faults) {
        if (!allowed(location)) {
            faults.add(new Fault(
                    pointer,
                    "is not in a folder that this server reads data from; its operator names those in " + VARIABLE));
        }
    }

    /** Whether a file, or everything in a folder, lies in an allowed folder. */
    boolean allowed(String location) {
        List<Path> allowed = roots.orElse(List.of(Path.of("/")));
        try {
            Path named = Path.of(location);
            Path real;
            try {
                real = named.toRealPath();
            } catch (NoSuchFileException e) {
                // Where nothing is nothing is read; what it would be is judged all the same, so as not to tell
                return within(named.toAbsolutePath().normalize(), allowed);
            }
            return within(real, allowed) && (!Files.isDirectory(real) || nothingLeadsAway(real, allowed));
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    private static boolean nothingLeadsAway(Path folder, List<Path> allowed) throws IOException {
        try (Stream<Path> entries = Files.walk(folder, DEEPEST)) {
            Iterator<Path> iterator =
                    entries.limit(MOST_ENTRIES).filter(Files::isSymbolicLink).iterator();
            while (iterator.hasNext()) {
                Path link = iterator.next();
                if (Files.exists(link) && !within(link.toRealPath(), allowed)) {
                    return false;
                }
            }
            return true;
        } catch (java.io.UncheckedIOException e) {
            throw requireNonNull(e.getCause(), "cause is null");
        }
    }

    private static boolean within(Path path, List<Path> allowed) {
        return allowed.stream().anyMatch(path::startsWith);
    }
}
