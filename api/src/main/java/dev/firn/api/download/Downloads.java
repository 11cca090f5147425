package dev.firn.api.download;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.ByteRange;
import dev.firn.api.http.Names;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.artifact.ArtifactFile;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Answers with files and folders of artifacts. */
@Singleton
public class Downloads {
    // The earliest time that a zip entry can have: an archive must not depend on when it was made.
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final ArtifactStore artifacts;

    public Downloads(ArtifactStore artifacts) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
    }

    /** The files of an artifact by name. */
    public List<FileView> files(ArtifactReference artifact) {
        return artifacts.listFiles(artifact.digest()).stream()
                .map(file ->
                        new FileView(file.name(), file.bytes(), file.digest().hex()))
                .toList();
    }

    /**
     * A file, whole or in part.
     *
     * @param range the {@code Range} header
     * @param ifRange the {@code If-Range} header, or null: the range holds only for a file with that tag
     * @throws NotFoundException when the artifact has no such file
     * @throws dev.firn.api.http.ProblemException 416 when no byte is in the range
     */
    public Response file(ArtifactReference artifact, String name, Optional<String> range, String ifRange) {
        ArtifactFile file = artifacts.listFiles(artifact.digest()).stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotFoundException("There is no file '" + Names.shortened(name) + "'"));
        String tag = tag(file.digest().hex());
        Optional<ByteRange> part = ifRange == null || ifRange.equals(tag)
                ? range.flatMap(header -> ByteRange.parse(header, file.bytes()))
                : Optional.empty();
        long first = part.map(ByteRange::first).orElse(0L);
        long length = part.map(ByteRange::length).orElse(file.bytes());
        StreamingOutput body = output -> {
            try (InputStream content = artifacts.openFile(artifact.digest(), name, first, length)) {
                content.transferTo(output);
            }
        };
        Response.ResponseBuilder builder = Response.status(part.isPresent() ? 206 : 200)
                .entity(body)
                .type(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(HttpHeaders.CONTENT_LENGTH, length)
                .header(HttpHeaders.ETAG, tag)
                .header("Accept-Ranges", "bytes");
        part.ifPresent(given -> builder.header("Content-Range", given.contentRange(file.bytes())));
        return builder.build();
    }

    /**
     * All files as a zip archive, in the order of their names, not compressed: weights hardly shrink.
     *
     * @param baseName what the archive is called
     */
    public Response archive(ArtifactReference artifact, String baseName) {
        List<ArtifactFile> files = artifacts.listFiles(artifact.digest());
        StreamingOutput body = output -> {
            try (ZipOutputStream zip = new ZipOutputStream(output)) {
                zip.setLevel(Deflater.NO_COMPRESSION);
                for (ArtifactFile file : files) {
                    ZipEntry entry = new ZipEntry(file.name());
                    entry.setTimeLocal(NO_TIME);
                    zip.putNextEntry(entry);
                    try (InputStream content = artifacts.openFile(artifact.digest(), file.name())) {
                        content.transferTo(zip);
                    }
                    zip.closeEntry();
                }
            }
        };
        return Response.ok(body, "application/zip")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + baseName + ".zip\"")
                .header(HttpHeaders.ETAG, tag(artifact.digest().hex()))
                .build();
    }

    private static String tag(String digest) {
        return "\"" + digest + "\"";
    }
}
