package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.client.Answer;
import dev.firn.cli.client.ModelVersion;
import dev.firn.cli.console.Figures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Registers a model from elsewhere. */
@Command(
        name = "import",
        description = "Register a Hugging Face or sentence-transformers folder as a version of a model.",
        footer = {
            "",
            "The folder has config.json (model_type bert, xlm-roberta, or new as gte has it),",
            "model.safetensors (or several files with an index) and tokenizer.json. Pooling,",
            "prompts and length are read from its sentence-transformers files; what is said here",
            "counts instead. The version embeds, is exported and started from, and can be a",
            "teacher.",
            "Example: firn import me5 ./multilingual-e5-small --query-prefix \"query: \""
        })
final class ImportCommand extends FirnCommand {
    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    @Parameters(index = "0", paramLabel = "NAME", description = "The model's name; it is made when there is none.")
    private String name;

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder.")
    private Path directory;

    @Option(names = "--pooling", paramLabel = "cls|mean", description = "How the tokens' vectors become one.")
    private String pooling;

    @Option(names = "--query-prefix", paramLabel = "TEXT", description = "What stands before each query.")
    private String queryPrefix;

    @Option(names = "--document-prefix", paramLabel = "TEXT", description = "What stands before each document.")
    private String documentPrefix;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Longer texts are cut.")
    private Integer maximumTokens;

    ImportCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!name.matches(NAME)) {
            throw new InputException("a model's name must match " + NAME + "; this is " + name);
        }
        if (pooling != null && !pooling.equals("cls") && !pooling.equals("mean")) {
            throw new InputException("--pooling must be cls or mean; this is " + pooling);
        }
        Map<String, String> said = new TreeMap<>();
        put(said, "pooling", pooling);
        put(said, "queryPrefix", queryPrefix);
        put(said, "documentPrefix", documentPrefix);
        put(said, "maximumTokens", maximumTokens);
        try (ZippedFolder archive = ZippedFolder.of(directory)) {
            console().say("Sending " + archive.count() + " files, " + Figures.bytes(archive.bytes()));
            Answer<ModelVersion> answer = client().importModel(name, archive, said);
            ModelVersion version = answer.value();
            print(answer, () -> name + " version " + version.version() + ": " + description(version));
        }
        return ExitCode.DONE;
    }

    private static void put(Map<String, String> said, String parameter, Object value) {
        if (value != null) {
            said.put(parameter, value.toString());
        }
    }

    private static String description(ModelVersion version) {
        JsonNode imported = version.metrics().path("imported");
        return "%d layers, vectors of %d numbers, %s pooling, up to %d tokens, queries after \"%s\", documents after \"%s\""
                .formatted(
                        imported.path("layers").asInt(),
                        version.dimension(),
                        imported.path("pooling").asText(),
                        imported.path("maximumTokens").asInt(),
                        imported.path("queryPrefix").asText(),
                        imported.path("documentPrefix").asText());
    }
}
