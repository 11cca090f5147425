package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.json.JsonFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A named collection of evaluation tasks over a folder that a user has: which folders, splits and languages, and by what rules.
 *
 * @param layout a word of {@link CollectionLayout}; null: as each folder looks
 * @param split of all tasks that name none; null: the layout's usual one
 * @param language of all tasks that name none; null: English
 * @param ignoreIdenticalIds of all tasks that do not say
 */
public record CollectionDefinition(
        String name,
        String description,
        String layout,
        String split,
        String language,
        boolean ignoreIdenticalIds,
        List<Task> tasks) {
    /** The collections that are there by name. */
    public static final List<String> NAMES = List.of("mteb-r", "clef", "miracl");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * One task.
     *
     * @param folder below the collection's folder
     * @param group tasks of one group count as one in the mean over tasks; null: the task is its own
     * @param languages of a layout with several, those wanted; null: all
     * @param queryPrompt stands before each query, behind the prefix that the model puts there; null: nothing
     */
    public record Task(
            String name,
            String folder,
            String group,
            String split,
            String language,
            List<String> languages,
            String queryPrompt,
            Boolean ignoreIdenticalIds) {
        public Task {
            requireNonNull(name, "name is null");
            requireNonNull(folder, "folder is null");
            languages = languages == null ? List.of() : List.copyOf(languages);
        }
    }

    public CollectionDefinition {
        requireNonNull(name, "name is null");
        requireNonNull(tasks, "tasks is null");
        tasks = List.copyOf(tasks);
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("the collection " + name + " has no tasks");
        }
        if (layout != null && CollectionLayout.of(layout).isEmpty()) {
            throw new IllegalArgumentException(
                    "layout must be one of " + CollectionLayout.words() + "; it is " + layout);
        }
    }

    /** One folder that is a task by itself. */
    public static CollectionDefinition ofFolder(RetrievalCollection.Selection selection) {
        return new CollectionDefinition(
                selection.name(),
                "",
                selection.layout() == null ? null : selection.layout().word(),
                selection.split(),
                selection.language(),
                selection.ignoreIdenticalIds(),
                List.of(new Task(selection.name(), ".", null, null, null, selection.languages(), null, null)));
    }

    /** A collection that is there by name; empty for another name. */
    public static Optional<CollectionDefinition> named(String name) throws IOException {
        if (!NAMES.contains(name)) {
            return Optional.empty();
        }
        try (InputStream resource = CollectionDefinition.class.getResourceAsStream(name + ".collection.json")) {
            return Optional.of(
                    JSON.readValue(requireNonNull(resource, "resource is null"), CollectionDefinition.class));
        }
    }

    /**
     * Reads a definition from a file of JSON.
     *
     * @throws IOException when it is none; says what is wrong
     */
    public static CollectionDefinition read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readAllBytes(file), CollectionDefinition.class);
        } catch (JsonProcessingException e) {
            throw new IOException(file + ": " + JsonFault.said(e), e);
        }
    }

    /** What is read for a task. */
    public RetrievalCollection.Selection selection(Task task, BadRecords badRecords) {
        return new RetrievalCollection.Selection(
                task.name(),
                layout == null ? null : CollectionLayout.of(layout).orElseThrow(),
                Objects.requireNonNullElse(task.language(), Objects.requireNonNullElse(language, "en")),
                task.split() == null ? split : task.split(),
                task.languages(),
                Objects.requireNonNullElse(task.queryPrompt(), ""),
                Objects.requireNonNullElse(task.ignoreIdenticalIds(), ignoreIdenticalIds),
                badRecords);
    }
}
