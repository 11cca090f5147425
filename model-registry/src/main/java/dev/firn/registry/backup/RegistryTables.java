package dev.firn.registry.backup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the database's catalogue says of the registry's tables. */
final class RegistryTables {
    private RegistryTables() {}

    /** The tables by name, without Flyway's. */
    static List<String> names(Statement statement) throws SQLException {
        return list(statement, """
                select relname from pg_class
                where relkind = 'r' and relnamespace = cast(current_schema() as regnamespace)
                  and relname <> 'flyway_schema_history'
                order by relname""");
    }

    /** The columns that hold something of their own, in the table's order. */
    static List<String> columns(Statement statement, String table) throws SQLException {
        return list(
                statement,
                "select attname from pg_attribute where attrelid = cast('" + quoted(table)
                        + "' as regclass) and attnum > 0 and not attisdropped and attgenerated = '' order by attnum");
    }

    /** Statements that drop all foreign keys, each with the one that makes it again. */
    static List<ForeignKey> foreignKeys(Statement statement) throws SQLException {
        List<ForeignKey> keys = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("""
                select 'alter table ' || cast(conrelid as regclass) || ' drop constraint ' || quote_ident(conname),
                       'alter table ' || cast(conrelid as regclass) || ' add constraint ' || quote_ident(conname) || ' '
                       || pg_get_constraintdef(oid)
                from pg_constraint
                where contype = 'f' and connamespace = cast(current_schema() as regnamespace)
                order by conrelid, conname""")) {
            while (rows.next()) {
                keys.add(new ForeignKey(rows.getString(1), rows.getString(2)));
            }
        }
        return keys;
    }

    record ForeignKey(String drop, String add) {}

    /** Statements that let each identity column go on after its largest value. */
    static List<String> sequences(Statement statement) throws SQLException {
        return list(statement, """
                select format('select setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) from %s',
                              cast(a.attrelid as regclass), a.attname, a.attname, cast(a.attrelid as regclass))
                from pg_attribute a join pg_class c on c.oid = a.attrelid
                where a.attidentity <> '' and c.relkind = 'r'
                  and c.relnamespace = cast(current_schema() as regnamespace)
                order by c.relname""");
    }

    static String single(Statement statement, String sql) throws SQLException {
        return list(statement, sql).getFirst();
    }

    private static List<String> list(Statement statement, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String quoted(List<String> names) {
        return names.stream().map(RegistryTables::quoted).collect(Collectors.joining(", "));
    }
}
