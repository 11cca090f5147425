package dev.firn.training.data;

import dev.firn.training.data.RecordReader.WrongRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;

/**
 * Reads columns of Parquet files by DuckDB, row by row in the order of the file, within {@value #MEMORY}. DuckDB loads no extension
 * and keeps nothing.
 */
final class ParquetRows {
    private static final String MEMORY = "512MB";
    private static final Pattern PATTERN = Pattern.compile("[*?\\[]");

    private ParquetRows() {}

    /** Takes the values of a row, null where the file has none; throws {@link WrongRecordException} when it cannot. */
    interface RowConsumer {
        void accept(String[] values) throws IOException, WrongRecordException;
    }

    /**
     * Gives the rows of a file.
     *
     * @param columns names of columns that hold text, or numbers, which are given as text; case makes no difference
     */
    static void read(
            Path file,
            String pointer,
            String digestName,
            FaultCollector faults,
            InputDigest digest,
            List<String> columns,
            RowConsumer rows)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            faults.add(pointer, file + ": there is no such file");
            return;
        }
        if (PATTERN.matcher(file.toString()).find()) {
            faults.add(pointer, file + ": DuckDB would take *, ? or [ in the name for a pattern");
            return;
        }
        try (FaultCollector.OfFile ofFile = faults.file(pointer, file);
                Connection connection = connect()) {
            Map<String, String> present = columns(connection, file);
            boolean complete = true;
            for (String column : columns) {
                String type = present.get(column.toLowerCase(Locale.ROOT));
                if (type == null) {
                    ofFile.whole("has no column " + column + "; its columns are " + describe(present));
                    complete = false;
                } else if (!isPlain(type)) {
                    ofFile.whole("the column " + column + " holds " + type + ", not text or numbers");
                    complete = false;
                }
            }
            if (complete) {
                read(connection, file, columns, ofFile, rows);
            }
        } catch (SQLException e) {
            faults.add(pointer, file + ": cannot be read as Parquet: " + firstLine(e));
            return;
        }
        digest.add(digestName, sha256(file));
    }

    /** Whether a file is Parquet with a column of a name; case makes no difference. */
    static boolean hasColumn(Path file, String column) {
        if (!Files.isRegularFile(file) || PATTERN.matcher(file.toString()).find()) {
            return false;
        }
        try (Connection connection = connect()) {
            return columns(connection, file).containsKey(column.toLowerCase(Locale.ROOT));
        } catch (SQLException e) {
            // Reading the file tells what is wrong with it
            return false;
        }
    }

    private static Connection connect() throws SQLException {
        Properties settings = new Properties();
        // One thread gives the rows in their order, a chunk at a time
        settings.setProperty("threads", "1");
        settings.setProperty("memory_limit", MEMORY);
        settings.setProperty("jdbc_stream_results", "true");
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        // DriverManager knows only the drivers of the class loader that asked it first, which need not be ours
        return new DuckDBDriver().connect("jdbc:duckdb:", settings);
    }

    /** Types by the names of columns in lower case, in their order. */
    private static Map<String, String> columns(Connection connection, Path file) throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("DESCRIBE SELECT * FROM " + source(file))) {
            while (found.next()) {
                columns.put(found.getString("column_name").toLowerCase(Locale.ROOT), found.getString("column_type"));
            }
        }
        return columns;
    }

    private static String describe(Map<String, String> columns) {
        return columns.entrySet().stream()
                .map(column -> column.getKey() + " (" + column.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static boolean isPlain(String type) {
        return type.matches(
                "VARCHAR|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\\(.*\\)|UUID|ENUM\\(.*\\)|BOOLEAN");
    }

    private static void read(
            Connection connection, Path file, List<String> columns, FaultCollector.OfFile faults, RowConsumer rows)
            throws SQLException, IOException {
        String selected = columns.stream()
                .map(column -> "CAST(\"" + column.replace("\"", "\"\"") + "\" AS VARCHAR)")
                .collect(Collectors.joining(", "));
        long number = 0;
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT " + selected + " FROM " + source(file))) {
            while (next(found, number, faults)) {
                number++;
                String[] values = new String[columns.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = found.getString(i + 1);
                }
                try {
                    rows.accept(values);
                } catch (WrongRecordException e) {
                    faults.line(number, e.getMessage());
                }
            }
        }
    }

    private static boolean next(ResultSet rows, long number, FaultCollector.OfFile faults) {
        try {
            return rows.next();
        } catch (SQLException e) {
            faults.broken(number + 1, "cannot be read: " + firstLine(e));
            return false;
        }
    }

    private static String source(Path file) {
        return "read_parquet('" + file.toAbsolutePath().toString().replace("'", "''") + "')";
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static byte[] sha256(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file);
                DigestInputStream digested = new DigestInputStream(stream, TextDigest.sha256())) {
            digested.transferTo(OutputStream.nullOutputStream());
            return digested.getMessageDigest().digest();
        }
    }

    /** A value that must be there with something in it. */
    static String text(String value, String column) throws WrongRecordException {
        if (value == null || value.isBlank()) {
            throw new WrongRecordException("the column \"" + column + "\" is " + (value == null ? "null" : "empty"));
        }
        return value.strip();
    }
}
