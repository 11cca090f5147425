package dev.firn.api.study;

import java.util.List;

/**
 * What a study has shown, as pages write it.
 *
 * @param summary what the figures are, in words
 * @param columns of the results
 * @param pictures charts, as SVG
 * @param languages values by language, one table for each kind of set
 * @param runs the runs' places and labels, which the columns of the tables by language are
 * @param differences fields in which the runs' specifications differ
 * @param stages the stages' names, the columns of their table
 * @param digests what the runs made
 */
public record StudyReport(
        StudyView study,
        List<String> summary,
        List<String> columns,
        List<Row> rows,
        List<Picture> pictures,
        List<LanguageTable> languages,
        List<String> runs,
        List<Difference> differences,
        List<String> stages,
        List<StageRow> stageRows,
        List<Digest> digests,
        List<Failure> failures,
        String specification) {

    /** A run in the table of results. */
    public record Row(int position, String label, String runId, String state, List<Cell> cells) {}

    /**
     * A number.
     *
     * @param detail its interval, or how sure a difference is; empty for none
     * @param tone {@code better}, {@code worse} or empty
     */
    public record Cell(String text, String detail, String tone) {
        static final Cell NOTHING = new Cell("–", "", "");
    }

    /** A chart with what it shows. */
    public record Picture(String title, String note, String svg) {}

    /** Values by language. */
    public record LanguageTable(String title, List<LanguageRow> rows) {}

    /** A language; its cells are those of the runs. */
    public record LanguageRow(String language, boolean trained, int queries, List<String> cells) {}

    /** A field and its value in each run. */
    public record Difference(String field, List<String> values) {}

    /** What became of a run's stages. */
    public record StageRow(int position, String label, List<String> cells) {}

    /** Something that a run made. */
    public record Digest(int position, String stage, String output, String sha256, long bytes) {}

    /** A run that failed, and why. */
    public record Failure(int position, String label, String reason) {}
}
