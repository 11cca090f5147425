package dev.firn.cli.console;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell, two spaces apart; texts to the left, numbers to the right. */
public final class Table {
    /** On which side the cells of a column stand. */
    public enum Side {
        LEFT,
        RIGHT
    }

    private final List<String> headings = new ArrayList<>();
    private final List<Side> sides = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a column; all columns come before the first row. */
    public Table column(String heading, Side side) {
        headings.add(requireNonNull(heading, "heading is null"));
        sides.add(requireNonNull(side, "side is null"));
        return this;
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException when it has not one cell for each column
     */
    public Table row(List<String> cells) {
        if (cells.size() != headings.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + headings.size() + " columns");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** Adds a row that holds one text in its first column, as a heading of those below it. */
    public Table section(String title) {
        rows.add(List.of(title));
        return this;
    }

    /** The lines of the table, headings first, without spaces at the ends. */
    public List<String> lines() {
        int[] widths = new int[headings.size()];
        measure(headings, widths);
        for (List<String> row : rows) {
            if (row.size() == headings.size()) {
                measure(row, widths);
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(headings, widths));
        for (List<String> row : rows) {
            lines.add(row.size() == headings.size() ? line(row, widths) : row.getFirst());
        }
        return lines;
    }

    @Override
    public String toString() {
        return String.join(System.lineSeparator(), lines());
    }

    private static void measure(List<String> cells, int[] widths) {
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
        }
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String space = " ".repeat(widths[column] - cell.codePointCount(0, cell.length()));
            line.append(column == 0 ? "" : "  ");
            switch (sides.get(column)) {
                case LEFT -> line.append(cell).append(space);
                case RIGHT -> line.append(space).append(cell);
            }
        }
        return line.toString().stripTrailing();
    }
}
