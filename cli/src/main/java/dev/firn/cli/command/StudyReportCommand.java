package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.console.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes a study's report. */
@Command(
        name = "report",
        description = "Write a study's report as one HTML file that needs no other.",
        footer = {"", "Example: firn study report quickstart-transfer report.html"})
final class StudyReportCommand extends FirnCommand {
    @Parameters(
            index = "0",
            paramLabel = "ID",
            description = "The study's id, the beginning of it, or the name of the newest such study.")
    private String id;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to write it; study-ID.html in this folder where left out.")
    private Path file;

    StudyReportCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        FirnClient client = client();
        String found = StudyFinder.find(client, id);
        byte[] report = client.studyReport(found);
        Path target = file == null ? Path.of("study-" + found + ".html") : file;
        Files.write(target, report);
        if (json()) {
            console()
                    .result(JsonNodeFactory.instance
                            .objectNode()
                            .put("study", found)
                            .put("file", target.toAbsolutePath().normalize().toString())
                            .put("bytes", report.length));
        } else {
            console().result(target + ": " + Figures.bytes(report.length));
        }
        return ExitCode.DONE;
    }
}
