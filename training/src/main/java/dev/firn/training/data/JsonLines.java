package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * Files of JSON lines, {@code .gz} or plain, one pair a line:
 * {@code {"id":…,"source":…,"language":…,"query":…,"document":…}}; other fields, id and source are not used.
 *
 * <p>Each language is a source of its own, {@code name/<language>}.
 *
 * @param language the language of records that name none; null when every record must
 */
public record JsonLines(String name, List<Path> files, String language) implements DataSource {
    public JsonLines {
        requireNonNull(name, "name is null");
        files = List.copyOf(files);
    }
}
