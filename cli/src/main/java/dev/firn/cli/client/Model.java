package dev.firn.cli.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A registered model with its versions counted and its aliases.
 *
 * @param archivedVersions how many of the versions are archived
 */
public record Model(
        String name,
        int versions,
        int archivedVersions,
        Integer latestVersion,
        List<Alias> aliases,
        List<ModelVersion> items) {
    public Model {
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        items = items == null ? List.of() : List.copyOf(items);
    }

    /**
     * A name that points to a version and may move.
     *
     * @param revision grows by one with each move
     * @param guarded whether it is protected: it moves only when that is confirmed
     */
    public record Alias(
            String alias,
            int version,
            long revision,
            @JsonProperty("protected") boolean guarded) {}
}
