package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** The run specifications to start from. */
final class Examples {
    private static final String FOLDER = "examples/";

    /** All of them, the one to begin with first. */
    private static final List<String> NAMES =
            List.of("quickstart", "mbert", "libreoffice", "arctic-embed-m-v2", "arctic-embed-l-v2");

    private Examples() {}

    /**
     * A specification.
     *
     * @param title its first sentence
     */
    record Example(String name, String title) {
        Example {
            requireNonNull(name, "name is null");
            requireNonNull(title, "title is null");
        }
    }

    static List<Example> all() {
        return NAMES.stream()
                .map(name -> new Example(name, firstSentence(text(name))))
                .toList();
    }

    /** Of the comment that a specification begins with. */
    private static String firstSentence(String text) {
        String paragraph = text.lines()
                .takeWhile(line -> line.startsWith("# "))
                .map(line -> line.substring(2))
                .collect(Collectors.joining(" "));
        int end = paragraph.indexOf(". ");
        return end < 0 ? paragraph : paragraph.substring(0, end + 1);
    }

    /**
     * The text of one.
     *
     * @throws NotFoundException when there is none with that name
     */
    static String text(String name) {
        if (!NAMES.contains(name)) {
            throw new NotFoundException("There is no example of that name; there are " + NAMES);
        }
        String resource = FOLDER + name + ".yaml";
        try (InputStream stream = requireNonNull(
                Thread.currentThread().getContextClassLoader().getResourceAsStream(resource),
                () -> resource + " is not packaged")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
