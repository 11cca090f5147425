package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

import dev.firn.bench.drill.DrilledRun.Outcome;
import dev.firn.bench.installation.Home;
import dev.firn.bench.installation.Installation;
import dev.firn.bench.installation.Part;
import dev.firn.bench.installation.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Runs one specification undisturbed, and once more for each fault. */
final class Drill {
    private final Exercise exercise;
    private final Programs programs;
    private final Path work;
    private final Path artifacts;
    private final Consumer<String> progress;

    /**
     * A drill.
     *
     * @param exercise what is run
     * @param work an empty folder for homes and logs
     * @param artifacts where downloads are kept
     * @param progress told in words what happens
     */
    Drill(Exercise exercise, Programs programs, Path work, Path artifacts, Consumer<String> progress) {
        this.exercise = requireNonNull(exercise, "exercise is null");
        this.programs = requireNonNull(programs, "programs is null");
        this.work = requireNonNull(work, "work is null");
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * Drills.
     *
     * @throws DrillFailedException when a run does not come to its end
     */
    DrillResult run(DrillArguments arguments) throws DrillFailedException, IOException, InterruptedException {
        long begun = System.nanoTime();
        progress.accept("undisturbed");
        Outcome undisturbed = undisturbed();
        Map<Fault, Outcome> disturbed = new EnumMap<>(Fault.class);
        for (Fault fault : arguments.faults()) {
            List<Moment> moments = Moments.draw(
                    undisturbed.lengths(),
                    exercise.everySteps(),
                    arguments.kills(),
                    arguments.seed(),
                    fault.fillsStore());
            progress.accept(fault.word() + ", with seed " + arguments.seed() + ": " + moments);
            disturbed.put(fault, disturbed(fault, moments));
        }
        return new DrillResult(
                arguments.seed(),
                exercise.everySteps(),
                undisturbed,
                disturbed,
                arguments.skipped(),
                (System.nanoTime() - begun) / 1e9);
    }

    private Outcome undisturbed() throws DrillFailedException, IOException, InterruptedException {
        try (Installation installation = install("undisturbed", Set.of())) {
            return DrilledRun.submit(installation, exercise.specification(), "undisturbed", progress)
                    .outcome(exercise.everySteps());
        }
    }

    private Outcome disturbed(Fault fault, List<Moment> moments)
            throws DrillFailedException, IOException, InterruptedException {
        try (Installation installation = install(fault.word(), fault.separateParts())) {
            DrilledRun run = DrilledRun.submit(installation, exercise.specification(), fault.word(), progress);
            for (Moment moment : moments) {
                run.strike(moment, fault);
            }
            return run.outcome(exercise.everySteps());
        }
    }

    private Installation install(String name, Set<Part> separate) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(work.resolve(name));
        return Installation.start(programs, Home.create(folder.resolve("home"), artifacts), folder, separate);
    }
}
