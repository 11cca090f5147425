package dev.firn.training.measure;

import dev.firn.training.lines.LineInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The fields of a file's lines, between white space, in UTF-8; blank lines are passed over. */
final class FieldLines implements AutoCloseable {
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final Path file;
    private final LineInput input;

    FieldLines(Path file) throws IOException {
        this.file = file;
        this.input = new LineInput(file);
    }

    /** The fields of the next line, or null after the last. */
    String[] next() throws IOException {
        while (true) {
            byte[] line = nextBytes();
            if (line == null) {
                return null;
            }
            String text = decode(line).strip();
            if (!text.isEmpty()) {
                return WHITESPACE.split(text, -1);
            }
        }
    }

    private byte[] nextBytes() throws IOException {
        try {
            return input.next();
        } catch (EOFException e) {
            throw new MalformedLineException(file, input.number(), "the compressed file ends too early");
        } catch (IOException e) {
            throw new MalformedLineException(file, input.number(), "cannot be read: " + e.getMessage());
        }
    }

    private String decode(byte[] line) throws MalformedLineException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("is not UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw malformed("has a NUL in it; is the file UTF-16?");
        }
        return input.number() == 1 && text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /** What is wrong with the line that was given last. */
    MalformedLineException malformed(String reason) {
        return new MalformedLineException(file, input.number(), reason);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
