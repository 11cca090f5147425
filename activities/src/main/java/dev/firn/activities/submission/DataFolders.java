package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.blob.ObjectLocation;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folders, and the places in object stores, that a specification may name files in. Whoever may start a run could otherwise
 * read every file of the server's user, a line at a time, as a dataset.
 *
 * <p>Objects may be read only where it is said so, also where any file may: the store's keys are the server's. Data can be objects;
 * tokenizers, weights and teachers cannot.
 *
 * <p>Symbolic links are followed before a place is judged: the file that would be read has to lie in an allowed folder, whatever it is
 * called. Whether a file outside exists is not told.
 */
public final class DataFolders {
    /** The environment's variable that names them, separated by colons; those in object stores as {@code s3://bucket/key}. */
    public static final String VARIABLE = "FIRN_DATA_FOLDERS";

    /** Any file that the server's user can read. */
    public static final DataFolders ANYWHERE = new DataFolders(Optional.empty(), List.of());

    /** No file; artifacts and registered models only. */
    public static final DataFolders NOWHERE = new DataFolders(Optional.of(List.of()), List.of());

    private static final Set<String> LOCATIONS = Set.of("folder", "corpusFolder", "queries", "documents", "labels");
    private static final String FILES = "files";
    private static final List<String> TEACHERS = List.of("/filter/teacher", "/mine/teacher");
    private static final List<String> TEACHER_FILES = List.of("model", "tokenizer");
    private static final int DEEPEST = 4;
    private static final int MOST_ENTRIES = 100_000;

    private static final Pattern COLON = Pattern.compile(":(?!//)");
    private static final Pattern DATA = Pattern.compile("/data/(sources|evaluation)/.*");

    private final Optional<List<Path>> roots;
    private final List<ObjectLocation> objects;

    private DataFolders(Optional<List<Path>> roots, List<ObjectLocation> objects) {
        this.roots = roots;
        this.objects = objects;
    }

    /**
     * These folders and what is in them.
     *
     * @param configured absolute paths and {@code s3://bucket/key}, separated by colons
     * @throws IllegalArgumentException naming the first that is no absolute path of a folder on this machine, and no such location
     */
    public static DataFolders parse(String configured) {
        List<Path> roots = new ArrayList<>();
        List<ObjectLocation> objects = new ArrayList<>();
        for (String entry : COLON.splitAsStream(configured)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList()) {
            if (ObjectLocation.names(entry)) {
                try {
                    objects.add(ObjectLocation.parse(entry));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(VARIABLE + ": " + e.getMessage(), e);
                }
                continue;
            }
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
        return new DataFolders(Optional.of(List.copyOf(roots)), List.copyOf(objects));
    }

    /**
     * Holds a specification to these folders.
     *
     * @throws InvalidSpecificationException naming every place of a file or folder that may not be read
     */
    public void require(JsonNode document) {
        List<Fault> faults = faults(document);
        if (!faults.isEmpty()) {
            throw new InvalidSpecificationException(faults);
        }
    }

    /** Every place in a specification that names a file or folder which may not be read. */
    List<Fault> faults(JsonNode document) {
        List<Fault> faults = new ArrayList<>();
        look(document, "", faults);
        for (String pointer : TEACHERS) {
            teacher(document.at(pointer), pointer, faults);
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
        if (ObjectLocation.names(location)) {
            if (!DATA.matcher(pointer).matches()) {
                faults.add(
                        new Fault(pointer, "cannot be in an object store; only data.sources and data.evaluation can"));
            } else if (!allowed(location)) {
                faults.add(new Fault(
                        pointer,
                        "is not in a place of an object store that this server reads data from; its operator names those as"
                                + " s3://bucket/key in " + VARIABLE));
            }
        } else if (roots.isPresent() && !allowed(location)) {
            faults.add(new Fault(
                    pointer,
                    "is not in a folder that this server reads data from; its operator names those in " + VARIABLE));
        }
    }

    /** Whether a file, or everything in a folder, lies in an allowed folder, or objects in an allowed place. */
    boolean allowed(String location) {
        if (ObjectLocation.names(location)) {
            try {
                ObjectLocation named = ObjectLocation.parse(location);
                return objects.stream().anyMatch(named::within);
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
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
