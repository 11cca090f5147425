package dev.firn.bench.drill;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.bench.drill.DrilledRun.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.DoubleStream;

/**
 * What a drill found.
 *
 * @param checkpointEverySteps steps between two checkpoints
 * @param skipped what was not done, each with the reason
 * @param seconds the whole drill took
 */
record DrillResult(
        long seed,
        int checkpointEverySteps,
        Outcome undisturbed,
        Map<Fault, Outcome> disturbed,
        Map<Fault, String> skipped,
        double seconds) {
    DrillResult {
        disturbed = disturbed.isEmpty() ? Map.of() : new EnumMap<>(disturbed);
        skipped = skipped.isEmpty() ? Map.of() : new EnumMap<>(skipped);
    }

    /** Everything that is not as it must be, each in a sentence; empty when the drill is passed. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        disturbed.forEach((fault, outcome) -> {
            TreeSet<String> names = new TreeSet<>(undisturbed.digests().keySet());
            names.addAll(outcome.digests().keySet());
            names.stream()
                    .filter(name -> !Objects.equals(
                            undisturbed.digests().get(name), outcome.digests().get(name)))
                    .forEach(name -> failures.add(fault.word() + ": " + name + " is "
                            + outcome.digests().get(name) + ", undisturbed "
                            + undisturbed.digests().get(name)));
            outcome.lost().stream().sorted().forEach(lost -> failures.add(fault.word() + ": lost " + lost));
            for (int i = 0; i < outcome.strikes().size(); i++) {
                Aftermath aftermath = outcome.aftermaths().get(i);
                if (!aftermath.withinBounds()) {
                    failures.add(fault.word() + ": "
                            + aftermath.lostSteps().orElseThrow() + " steps lost in "
                            + outcome.strikes().get(i).stage() + ", allowed are "
                            + aftermath.allowedSteps().orElseThrow());
                }
            }
            long inside =
                    outcome.strikes().stream().filter(Strike::insideTraining).count();
            if (inside * 2 < outcome.strikes().size()) {
                failures.add(fault.word() + ": only " + inside + " of "
                        + outcome.strikes().size() + " fell into a train stage behind a checkpoint");
            }
        });
        return failures;
    }

    /** Whether all digests are as in the undisturbed run. */
    boolean identical() {
        return disturbed.values().stream().allMatch(this::identical);
    }

    private boolean identical(Outcome outcome) {
        return outcome.digests().equals(undisturbed.digests());
    }

    /** For programs. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("identical", identical());
        json.put("passed", failures().isEmpty());
        json.put("seed", seed);
        json.put(
                "kills",
                disturbed.values().stream()
                        .mapToInt(outcome -> outcome.strikes().size())
                        .sum());
        ArrayNode killedAt = json.putArray("killedAt");
        disturbed.values().stream()
                .flatMap(outcome -> outcome.strikes().stream())
                .forEach(strike -> {
                    ObjectNode node =
                            killedAt.addObject().put("fault", strike.fault().word());
                    node.put("stage", strike.stage());
                    if (strike.step().isPresent()) {
                        node.put("step", strike.step().getAsLong());
                    } else {
                        node.putNull("step");
                    }
                    node.put("insideTraining", strike.insideTraining());
                });
        json.put("checkpointEverySteps", checkpointEverySteps);
        ObjectNode faults = json.putObject("faults");
        disturbed.forEach((fault, outcome) -> {
            ObjectNode node = faults.putObject(fault.word());
            node.put("identical", identical(outcome));
            node.put("kills", outcome.strikes().size());
            spread(node.putObject("lostSteps"), lostSteps(List.of(outcome)));
            spread(node.putObject("secondsUntilGoingOn"), goingOn(outcome));
            node.put("lostAcknowledged", outcome.lost().size());
            node.put("seconds", tenth(outcome.seconds()));
        });
        skipped.forEach((fault, reason) -> faults.putObject(fault.word()).put("skipped", reason));
        spread(json.putObject("lostSteps"), lostSteps(disturbed.values()));
        json.put(
                "lostAcknowledged",
                disturbed.values().stream()
                        .mapToInt(outcome -> outcome.lost().size())
                        .sum());
        json.put("undisturbedSeconds", tenth(undisturbed.seconds()));
        json.put("seconds", tenth(seconds));
        ArrayNode reasons = json.putArray("failures");
        failures().forEach(reasons::add);
        return json;
    }

    private static double[] lostSteps(Collection<Outcome> outcomes) {
        return outcomes.stream()
                .flatMap(outcome -> outcome.aftermaths().stream())
                .flatMapToLong(aftermath -> aftermath.lostSteps().stream())
                .asDoubleStream()
                .toArray();
    }

    private static double[] goingOn(Outcome outcome) {
        return outcome.aftermaths().stream()
                .mapToDouble(Aftermath::secondsUntilGoingOn)
                .toArray();
    }

    private static void spread(ObjectNode node, double... values) {
        node.put("max", tenth(DoubleStream.of(values).max().orElse(0)));
        node.put("mean", tenth(DoubleStream.of(values).average().orElse(0)));
    }

    private static double tenth(double value) {
        return Math.round(value * 10) / 10.0;
    }

    /** For people. */
    String table() {
        StringBuilder text = new StringBuilder();
        row(text, "fault", "times", "outputs", "steps lost", "until it goes on", "run");
        row(text, "none", "", "", "", "", "%.0f s".formatted(undisturbed.seconds()));
        disturbed.forEach((fault, outcome) -> row(
                text,
                fault.word(),
                Integer.toString(outcome.strikes().size()),
                identical(outcome) ? "identical" : "DIFFERENT",
                "%.0f at most"
                        .formatted(DoubleStream.of(lostSteps(List.of(outcome)))
                                .max()
                                .orElse(0)),
                "%.1f s at most"
                        .formatted(DoubleStream.of(goingOn(outcome)).max().orElse(0)),
                "%.0f s".formatted(outcome.seconds())));
        skipped.keySet().forEach(fault -> row(text, fault.word(), "", "skipped", "", "", ""));
        text.append("A checkpoint every ")
                .append(checkpointEverySteps)
                .append(" steps; acknowledged and lost: ")
                .append(disturbed.values().stream()
                        .mapToInt(outcome -> outcome.lost().size())
                        .sum());
        skipped.forEach((fault, reason) ->
                text.append("\nSkipped: ").append(fault.word()).append(": ").append(reason));
        failures().forEach(failure -> text.append('\n').append("Failed: ").append(failure));
        return text.toString();
    }

    private static void row(StringBuilder text, String... cells) {
        text.append(String.format(Locale.ROOT, "%-14s %6s %10s %12s %17s %8s%n", (Object[]) cells));
    }
}
