package dev.firn.api.download;

import dev.firn.registry.artifact.ArtifactReference;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;

/** Stub. */
@Singleton
public class Downloads {
    /** Files. */
    public List<FileView> files(ArtifactReference artifact) {
        return List.of();
    }

    /** Zip. */
    public Response archive(ArtifactReference artifact, String name) {
        return Response.ok(artifact + name).build();
    }

    /** File. */
    public Response file(ArtifactReference artifact, String name, Optional<String> range, String ifRange) {
        return Response.ok(artifact + name + range + ifRange).build();
    }
}
