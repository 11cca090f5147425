package dev.firn.training.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.training.json.JsonFault;
import dev.firn.training.numerics.NumericsFingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a snapshot holds besides tensors. */
record TrainingState(long position, long totalSteps, List<AppliedUpdate> updates, int threads) {
    static final String FILE = "training.json";
    private static final int VERSION = 1;

    TrainingState {
        updates = List.copyOf(updates);
    }

    String toJson() {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("version", VERSION);
        root.put("position", position);
        root.put("totalSteps", totalSteps);
        ArrayNode list = root.putArray("updates");
        for (AppliedUpdate update : updates) {
            switch (update) {
                case AppliedUpdate.LearningRateScaled(long step, double factor) ->
                    list.addObject()
                            .put("kind", "learningRateScaled")
                            .put("step", step)
                            .put("factor", factor);
                case AppliedUpdate.Extended(long step, long steps) ->
                    list.addObject().put("kind", "extended").put("step", step).put("steps", steps);
            }
        }
        NumericsFingerprint fingerprint = NumericsFingerprint.current(threads);
        root.putObject("fingerprint")
                .put("blasLibrary", fingerprint.blasLibrary())
                .put("blasCore", fingerprint.blasCore())
                .put("threads", fingerprint.threads())
                .put("vectorBits", fingerprint.vectorBits());
        return root.toPrettyString() + "\n";
    }

    static TrainingState read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readString(file));
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is not JSON: " + JsonFault.said(e), e);
        }
        if (number(file, root, "version") != VERSION) {
            throw new IOException(file + " is of version " + root.path("version") + ", not " + VERSION);
        }
        List<AppliedUpdate> updates = new ArrayList<>();
        for (JsonNode update : root.path("updates")) {
            String kind = update.path("kind").asText();
            long step = number(file, update, "step");
            updates.add(
                    switch (kind) {
                        case "learningRateScaled" ->
                            new AppliedUpdate.LearningRateScaled(
                                    step, update.path("factor").asDouble(1));
                        case "extended" -> new AppliedUpdate.Extended(step, number(file, update, "steps"));
                        default -> throw new IOException(file + " holds an unknown update '" + kind + "'");
                    });
        }
        int threads = (int) number(file, root.path("fingerprint"), "threads");
        return new TrainingState(number(file, root, "position"), number(file, root, "totalSteps"), updates, threads);
    }

    private static long number(Path file, JsonNode node, String name) throws IOException {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new IOException(file + ": " + name + " must be a whole number, is " + value);
        }
        return value.longValue();
    }
}
