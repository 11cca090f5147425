package dev.firn.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/** Rows on their way into a table through COPY; they are there when this is closed. Values must not hold tabs or backslashes. */
final class CopyRows implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    /** Odd, so that no two numbers meet: 2^64 divided by the golden ratio. */
    private static final long SCATTER = 0x9E3779B97F4A7C15L;

    private final OutputStream rows;
    private final StringBuilder line = new StringBuilder();
    private long count;

    private CopyRows(OutputStream rows) {
        this.rows = requireNonNull(rows, "rows is null");
    }

    /**
     * Begins.
     *
     * @param target the table and its columns, as in {@code event (run_id, type)}
     */
    static CopyRows into(Connection connection, String target) throws SQLException {
        return new CopyRows(new PGCopyOutputStream(
                connection.unwrap(PGConnection.class), "copy " + target + " from stdin", BUFFER_BYTES));
    }

    /** Adds a row of as many values as there are columns; null for nothing. */
    void row(Object... values) throws IOException {
        line.setLength(0);
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                line.append('\t');
            }
            line.append(values[i] == null ? "\\N" : values[i]);
        }
        rows.write(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        count++;
    }

    long count() {
        return count;
    }

    /** A made-up digest as COPY takes it: another one for each kind and number. */
    static String digest(String kind, long number) {
        return "\\\\x" + hex(kind, number);
    }

    /** The hexadecimal digits of {@link #digest}: those in front are scattered, as a digest's are. */
    static String hex(String kind, long number) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(number * SCATTER)
                + hex.toHexDigits(0L)
                + hex.toHexDigits((long) kind.hashCode())
                + hex.toHexDigits(number);
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
