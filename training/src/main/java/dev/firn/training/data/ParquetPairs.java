package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;

/**
 * Parquet files of one pair a row, as Hugging Face's dataset folders have them.
 *
 * @param files files, or folders of which all {@code .parquet} files are taken
 * @param split where folders are given, only files whose name or folder begins so, such as {@code train}; null for all
 * @param languageColumn null when there is none
 * @param language the language of rows that name none; null when every row must
 */
public record ParquetPairs(
        String name,
        List<Path> files,
        String split,
        String queryColumn,
        String documentColumn,
        String languageColumn,
        String language,
        SourceRules rules)
        implements RecordSource {
    public ParquetPairs {
        requireNonNull(name, "name is null");
        requireNonNull(queryColumn, "queryColumn is null");
        requireNonNull(documentColumn, "documentColumn is null");
        requireNonNull(rules, "rules is null");
        files = List.copyOf(files);
    }
}
