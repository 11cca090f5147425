package dev.firn.training.data;

/** Where training pairs come from. */
public sealed interface DataSource permits MessageCatalogue, RecordSource {
    /** The first part of the names of its sources and evaluation sets. */
    String name();
}
