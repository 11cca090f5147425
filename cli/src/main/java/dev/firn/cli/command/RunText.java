package dev.firn.cli.command;

import dev.firn.cli.client.Control;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.Run.RegisteredModel;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A run as text. */
final class RunText {
    /** How many of the newest requests to a run are shown. */
    static final int CONTROLS = 20;

    private RunText() {}

    static String model(RegisteredModel model) {
        if (model == null) {
            return "-";
        }
        String version = model.name() + " version " + model.version();
        if (model.alias() != null) {
            return version + ", now @" + model.alias();
        }
        return version + ", no alias moved" + (model.aliasStays() == null ? "" : ": " + model.aliasStays());
    }

    static String duration(Run run) {
        if (run.startedAt() == null) {
            return "-";
        }
        Instant end = run.finishedAt() == null ? Instant.now() : run.finishedAt();
        return Figures.duration(Duration.between(run.startedAt(), end).toMillis() / 1000.0);
    }

    /** One line on how it ended. */
    static String ending(Run run) {
        String what = "Run " + run.id() + " (" + run.name() + ") ";
        return switch (run.state()) {
            case SUCCEEDED ->
                what + "succeeded in " + duration(run)
                        + (run.model() == null ? "; no model was registered" : ": " + model(run.model()));
            case FAILED -> what + "failed after " + duration(run) + (run.failure() == null ? "" : ": " + run.failure());
            case CANCELLED -> what + "was cancelled after " + duration(run);
            case QUEUED, RUNNING, PAUSED, STOPPING -> what + "is " + run.state();
        };
    }

    /** All of it, with the newest of what it was asked for. */
    static String whole(Run run, List<Control> controls) {
        StringBuilder text = new StringBuilder();
        text.append(run.name()).append("  ").append(run.id()).append("  ").append(run.state());
        if (run.waitingFor() != null) {
            text.append("\nwaits    for ").append(run.waitingFor());
        }
        text.append("\npriority ").append(run.priority());
        text.append("\ncreated  ").append(Figures.moment(run.createdAt())).append(" UTC");
        text.append("\ntook     ").append(duration(run));
        text.append("\nmodel    ").append(model(run.model()));
        if (run.failure() != null) {
            text.append("\nfailure  ").append(run.failure());
        }
        Table table = new Table()
                .column("stage", Side.LEFT)
                .column("state", Side.LEFT)
                .column("time", Side.RIGHT)
                .column("key", Side.LEFT)
                .column("remark", Side.LEFT);
        for (RunStage stage : run.stages()) {
            table.row(List.of(
                    stage.name(),
                    stage.state().name(),
                    stage.seconds() == null ? "-" : Figures.duration(stage.seconds()),
                    stage.key() == null
                            ? "-"
                            : stage.key().substring(0, Math.min(12, stage.key().length())),
                    remark(stage)));
        }
        text.append("\n\n").append(table);
        return controls.isEmpty()
                ? text.toString()
                : text.append("\n\n").append(table(controls)).toString();
    }

    private static Table table(List<Control> controls) {
        Table table = new Table()
                .column("asked for (UTC)", Side.LEFT)
                .column("what", Side.LEFT)
                .column("state", Side.LEFT)
                .column("after step", Side.RIGHT)
                .column("reason", Side.LEFT);
        for (Control control : controls.reversed()) {
            table.row(List.of(
                    Figures.moment(control.requestedAt()),
                    control.kind() + (control.value() == null || control.value().isNull() ? "" : " " + control.value()),
                    control.state(),
                    control.step() == null ? "-" : Long.toString(control.step()),
                    control.reason() == null ? "" : control.reason()));
        }
        return table;
    }

    static String remark(RunStage stage) {
        if (stage.failure() != null) {
            return stage.failure();
        }
        return stage.reason() == null ? "" : stage.reason();
    }
}
