package dev.firn.training.model;

/** Whether a text is searched with or searched for; an embedding model puts another prefix before each. */
public enum TextKind {
    QUERY,
    DOCUMENT
}
