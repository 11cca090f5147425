package dev.firn.training.measure;

import java.io.IOException;
import java.nio.file.Path;

/** A line of a file that cannot be understood; the message starts with the file and the line's number. */
public final class MalformedLineException extends IOException {
    public MalformedLineException(Path file, long line, String reason) {
        super("%s:%d: %s".formatted(file, line, reason));
    }
}
