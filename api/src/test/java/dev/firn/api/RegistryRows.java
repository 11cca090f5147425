package dev.firn.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.NewRun.NewStage;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes rows as workers would, for tests of what the API says about them. */
@Singleton
public class RegistryRows {
    private static final List<String> STAGES =
            List.of("prepare", "initialise", "filter", "pretrain", "mine", "finetune", "evaluate", "register");

    private final RunStore runs;
    private final ArtifactStore artifacts;

    RegistryRows(RunStore runs, ArtifactStore artifacts) {
        this.runs = requireNonNull(runs, "runs is null");
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
    }

    /** A run that waits. */
    public Run run(String name) {
        ObjectNode specification = JsonNodeFactory.instance.objectNode();
        return run(name, specification.put("specVersion", 1).put("name", name));
    }

    /** A run that waits, with a specification of its own. */
    public Run run(String name, JsonNode specification) {
        List<NewStage> stages = STAGES.stream()
                .map(stage -> new NewStage(stage, Optional.empty()))
                .toList();
        return runs.create(new NewRun(
                        name, specification, 0, stages, Optional.empty(), Optional.empty(), Optional.empty()))
                .run();
    }

    /** A run that works. */
    public Run running(String name) {
        return running(run(name));
    }

    /** Lets a run that waits work. */
    public Run running(Run run) {
        return runs.transition(run.id(), EnumSet.of(RunState.QUEUED), RunState.RUNNING, Optional.empty());
    }

    /** Ends a run that works. */
    public Run end(Run run, RunState state, Optional<JsonNode> failure) {
        return runs.transition(run.id(), EnumSet.of(RunState.RUNNING), state, failure);
    }

    /** A stored folder with these files. */
    public ArtifactReference folder(String kind, Map<String, byte[]> files) {
        try {
            Path folder = Files.createTempDirectory("firn-rows-");
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path target = folder.resolve(file.getKey());
                Files.createDirectories(requireNonNull(target.getParent(), "a file has a folder"));
                Files.write(target, file.getValue());
            }
            return artifacts.publish(folder, kind);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
