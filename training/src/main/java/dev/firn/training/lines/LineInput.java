package dev.firn.training.lines;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The lines of a file as bytes, with their numbers; digests the file while it is read. */
public final class LineInput implements AutoCloseable {
    /** The longest line that is taken: 64 MiB. */
    public static final int LONGEST_LINE = 1 << 26;

    private final DigestInputStream file;
    private final InputStream content;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int filled;
    private long number;

    /**
     * Opens a file; whether it is compressed, and how, is told by the end of its name.
     *
     * @throws IOException when it cannot be read, or its beginning is not what its name says
     */
    public LineInput(Path path) throws IOException {
        this(path, Files.newInputStream(path));
    }

    /**
     * The lines of a stream, which is closed with this.
     *
     * @param path of the file that it is; only its name is looked at
     * @throws IOException when it cannot be read, or its beginning is not what its name says
     */
    public LineInput(Path path, InputStream stream) throws IOException {
        file = new DigestInputStream(stream, sha256());
        try {
            content = Compression.of(path).uncompressed(file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The next line without its end, or null after the last. */
    public byte[] next() throws IOException {
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
    public long number() {
        return number;
    }

    /** The SHA-256 of the file's bytes, once all lines have been given. */
    public byte[] digest() throws IOException {
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
