package dev.firn.registry.model;

import java.time.Instant;
import java.util.List;

/**
 * A model.
 *
 * @param latestVersion the newest version's number, and so the number of versions
 * @param archivedVersions how many of them are archived
 * @param aliases by name
 */
public record Model(String name, int latestVersion, int archivedVersions, Instant createdAt, List<ModelAlias> aliases) {

    public Model {
        aliases = List.copyOf(aliases);
    }
}
