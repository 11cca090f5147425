package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.ModelVersion;
import dev.firn.cli.console.Figures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Downloads a model's folder. */
@Command(
        name = "export",
        description = "Download a model as a folder that sentence-transformers loads.",
        footer = {
            "",
            "Every file is checked against the digest that the registry keeps before it gets its name.",
            "Example: firn export quickstart@champion ./my-model"
        })
final class ExportCommand extends FirnCommand {
    @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The model: NAME@ALIAS or NAME@VERSION.")
    private String model;

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder; it is made when there is none.")
    private Path directory;

    @Option(
            names = "--force",
            description = "Write into a folder that is not empty; files of the same names are replaced.")
    private boolean force;

    ExportCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ModelReference reference = ModelReference.parse(model);
        FirnClient client = client();
        int number = reference.version(client);
        ModelVersion version = client.version(reference.name(), number).value();
        ModelFolder folder = ModelFolder.prepare(directory, force);
        try (InputStream archive = client.archive(reference.name(), number)) {
            folder.fill(archive, version.files());
        }
        long bytes =
                version.files().stream().mapToLong(ModelVersion.File::bytes).sum();
        if (json()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            result.put("name", reference.name())
                    .put("version", number)
                    .put("directory", directory.toAbsolutePath().normalize().toString())
                    .put("files", version.files().size())
                    .put("bytes", bytes);
            console().result(result);
        } else {
            console()
                    .result(reference.name() + " version " + number + ": "
                            + version.files().size() + " files, " + Figures.bytes(bytes) + ", verified, in "
                            + directory);
        }
        return ExitCode.DONE;
    }
}
