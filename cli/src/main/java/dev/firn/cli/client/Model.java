package dev.firn.cli.client;

import java.util.List;

/** A registered model with its versions counted and its aliases. */
public record Model(String name, int versions, Integer latestVersion, List<Alias> aliases, List<ModelVersion> items) {
    public Model {
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        items = items == null ? List.of() : List.copyOf(items);
    }

    /**
     * A name that points to a version and may move.
     *
     * @param revision grows by one with each move
     */
    public record Alias(String alias, int version, long revision) {}
}
