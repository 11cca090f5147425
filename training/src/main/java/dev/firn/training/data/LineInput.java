package dev.firn.training.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.zip.GZIPInputStream;

/** The lines of a file, {@code .gz} or plain, as bytes, with their numbers; digests the file while it is read. */
final class LineInput implements AutoCloseable {
    /** The longest line that is taken: 64 MiB. */
    static final int LONGEST_LINE = 1 << 26;

    private final DigestInputStream file;
    private final InputStream content;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;
    private long number;

    LineInput(Path path) throws IOException {
        file = new DigestInputStream(Files.newInputStream(path), TextDigest.sha256());
        try {
            content = path.getFileName().toString().endsWith(".gz") ? new GZIPInputStream(file, 1 << 16) : file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The next line without its end, or null after the last. */
    byte[] next() throws IOException {
        number++;
        if (position == filled && !fill()) {
            number--;
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        while (true) {
            int end = position;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            if (line.size() + (end - position) > LONGEST_LINE) {
                throw new IOException("the line is longer than " + LONGEST_LINE + " bytes");
            }
            line.write(buffer, position, end - position);
            boolean ended = end < filled;
            position = ended ? end + 1 : end;
            if (ended || !fill()) {
                return line.toByteArray();
            }
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        filled = Math.max(0, content.read(buffer, 0, buffer.length));
        return filled > 0;
    }

    /** The number of the line that was given last, or could not be read; the first is 1. */
    long number() {
        return number;
    }

    /** The digest of the file's bytes, once all lines have been given. */
    byte[] digest() throws IOException {
        // What follows the last gzip member
        file.transferTo(OutputStream.nullOutputStream());
        return file.getMessageDigest().digest();
    }

    @Override
    public void close() throws IOException {
        try {
            content.close();
        } finally {
            file.close();
        }
    }
}
