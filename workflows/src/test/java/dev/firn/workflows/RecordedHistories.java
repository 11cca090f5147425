package dev.firn.workflows;

import io.temporal.testing.TestWorkflowEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Histories of workflows that earlier code left: what a newer server has to go on from. */
public final class RecordedHistories {
    private RecordedHistories() {}

    /** With {@code FIRN_RECORD_HISTORIES=<folder>} a history is written there, to be kept with a release. */
    public static void record(TestWorkflowEnvironment environment, String workflowId, String name) {
        String folder = System.getenv("FIRN_RECORD_HISTORIES");
        if (folder != null) {
            try {
                Files.writeString(
                        Path.of(folder, name + ".json"),
                        environment.getWorkflowClient().fetchHistory(workflowId).toJson(true));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A history that was kept. */
    public static String of(String name) throws IOException {
        try (InputStream stream = RecordedHistories.class.getResourceAsStream("/histories/" + name + ".json")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
