package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.client.Answer;
import dev.firn.cli.console.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends files of pairs. */
@Command(
        name = "add",
        description = "Send files of pairs of texts as a version of a dataset.",
        footer = {
            "",
            "A file is called NAME.jsonl or NAME.jsonl.gz and has one pair a line:",
            "  {\"query\": \"...\", \"document\": \"...\", \"language\": \"de\", \"source\": \"faq\"}",
            "source may be left out, and language with --language. A specification takes it as",
            "  {type: dataset, name: mine, dataset: support@1}",
            "Example: firn datasets add support faq.jsonl tickets.jsonl.gz --language de"
        })
final class DatasetAddCommand extends FirnCommand {
    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    @Parameters(index = "0", paramLabel = "NAME", description = "The dataset's name; it is made when there is none.")
    private String name;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILES", description = "The files.")
    private List<Path> files;

    @Option(names = "--language", paramLabel = "TAG", description = "The language of lines that name none.")
    private String language;

    DatasetAddCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!name.matches(NAME)) {
            throw new InputException("a dataset's name must match " + NAME + "; this is " + name);
        }
        long bytes = 0;
        for (Path file : files) {
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new InputException(file + " is no file that can be read");
            }
            bytes += Files.size(file);
        }
        console().say("Sending " + files.size() + (files.size() == 1 ? " file, " : " files, ") + Figures.bytes(bytes));
        Answer<JsonNode> dataset = client().addDataset(name, Optional.ofNullable(language), files);
        print(
                dataset,
                () -> DatasetsCommand.reference(dataset.json()) + ": " + DatasetsCommand.pairs(dataset.json())
                        + " pairs");
        return ExitCode.DONE;
    }
}
