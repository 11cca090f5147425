package dev.firn.training.data;

/** A source of pairs that are records of files. Each language is a source of its own, {@code name/<language>}. */
public sealed interface RecordSource extends DataSource
        permits JsonLines, ParquetPairs, ParquetTriples, CollectionPairs {
    /** What is done with bad records, and which pairs are good enough. */
    SourceRules rules();
}
