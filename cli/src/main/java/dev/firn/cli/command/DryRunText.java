package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.firn.cli.client.DryRun;
import dev.firn.cli.client.DryRun.PlannedStage;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** What a run would do, as text. */
final class DryRunText {
    private DryRunText() {}

    static String whole(DryRun plan) {
        Table table = new Table()
                .column("stage", Side.LEFT)
                .column("key", Side.LEFT)
                .column("would be", Side.LEFT)
                .column("because", Side.LEFT);
        for (PlannedStage stage : plan.stages()) {
            table.row(List.of(
                    stage.name(),
                    stage.key() == null
                            ? "-"
                            : stage.key().substring(0, Math.min(12, stage.key().length())),
                    stage.reused() ? "reused" : "computed",
                    stage.reason() == null ? "" : stage.reason()));
        }
        return yaml(plan.specification()) + "\n" + (plan.missing().isEmpty() ? table : missing(plan)) + memory(plan)
                + needs(plan);
    }

    private static String missing(DryRun plan) {
        Table table = new Table().column("to be brought", Side.LEFT).column("", Side.LEFT);
        plan.missing().forEach(missing -> table.row(List.of(missing.pointer(), missing.detail())));
        return table + "\n\nWhat follows is counted without them.";
    }

    private static String needs(DryRun plan) {
        DryRun.Needs needs = plan.needs();
        if (needs == null) {
            return "";
        }
        Table table = new Table()
                .column("stage", Side.LEFT)
                .column("steps", Side.RIGHT)
                .column("tokens", Side.RIGHT)
                .column("tokens/s", Side.RIGHT)
                .column("hours", Side.RIGHT);
        for (DryRun.StageNeed stage : needs.stages()) {
            table.row(List.of(
                    stage.name(),
                    stage.steps() == null ? "-" : stage.steps().toString(),
                    stage.tokens() == null ? "-" : Figures.count(stage.tokens().doubleValue()),
                    Figures.count(stage.tokensPerSecond()),
                    hours(stage.hours())));
        }
        return "\n\nweights of the encoder: " + Figures.count((double) needs.parameters()) + "\nstorage: at most "
                + Figures.bytes(needs.storageBytes()) + " beside the texts; a checkpoint has "
                + Figures.bytes(needs.checkpointBytes()) + "\ntokens, each text as long as its stage lets it be: "
                + (needs.tokens() == null
                        ? "not known before the pairs are there"
                        : Figures.count(needs.tokens().doubleValue()))
                + "\nhours of training, filter, mining and evaluation left out: " + hours(needs.hours()) + ", at "
                + needs.assumption() + "\n" + table;
    }

    private static String hours(Double hours) {
        return hours == null ? "-" : String.format(Locale.ROOT, hours < 10 ? "%.1f" : "%,.0f", hours);
    }

    private static String memory(DryRun plan) {
        if (plan.memoryBytes() == null) {
            return "";
        }
        String needed = "\n\nmemory needed: " + Figures.bytes(plan.memoryBytes());
        DryRun.Memory memory = plan.memory();
        if (memory == null) {
            return needed;
        }
        Table table = new Table().column("of which", Side.LEFT).column("", Side.RIGHT);
        table.row(List.of("weights, optimizer, checkpoint", Figures.bytes(memory.parameterBytes())));
        table.row(List.of("activations of a chunk", Figures.bytes(memory.activationBytes())));
        table.row(List.of("batch", Figures.bytes(memory.batchBytes())));
        table.row(List.of("the server itself", Figures.bytes(memory.processBytes())));
        return needed + ", in stage " + memory.stage() + "\n" + table
                + (memory.shortage() == null
                        ? "\navailable to a training now: " + Figures.bytes(memory.availableBytes())
                        : "\nwarning: stage " + memory.stage() + " does not fit on this server now. "
                                + memory.shortage());
    }

    private static String yaml(JsonNode specification) {
        YAMLMapper mapper = new YAMLMapper(YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                .build());
        try {
            return mapper.writeValueAsString(specification);
        } catch (IOException e) {
            throw new UncheckedIOException("A tree of JSON is not written as YAML", e);
        }
    }
}
