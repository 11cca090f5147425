package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Embeddings;
import dev.firn.cli.client.FirnClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Embeds texts with a registered model. */
@Command(
        name = "embed",
        description = "Embed texts with a registered model; without TEXT, each line of standard input.",
        footer = {
            "",
            "Each line of the output is the numbers of one text, in the order of the texts.",
            "Example: firn embed quickstart@champion --query \"reset a password\""
        })
final class EmbedCommand extends FirnCommand {
    private static final int TEXTS_PER_REQUEST = 64;

    @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The model: NAME@ALIAS or NAME@VERSION.")
    private String model;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "TEXT", description = "The texts.")
    private List<String> texts = List.of();

    @Option(names = "--query", description = "The texts are queries; they are taken for documents otherwise.")
    private boolean query;

    @Option(
            names = "--dimensions",
            paramLabel = "N",
            description = "The leading dimensions only, for a model trained with truncation.")
    private Integer dimensions;

    EmbedCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ModelReference.parse(model);
        FirnClient client = client();
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("model", model);
        ArrayNode data = result.putArray("data");
        if (texts.isEmpty()) {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(session().in(), StandardCharsets.UTF_8));
            List<String> batch = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                batch.add(line);
                if (batch.size() == TEXTS_PER_REQUEST) {
                    embed(client, batch, data);
                    batch.clear();
                }
            }
            embed(client, batch, data);
        } else {
            for (int start = 0; start < texts.size(); start += TEXTS_PER_REQUEST) {
                embed(client, texts.subList(start, Math.min(start + TEXTS_PER_REQUEST, texts.size())), data);
            }
        }
        if (json()) {
            console().result(result);
        }
        return ExitCode.DONE;
    }

    private void embed(FirnClient client, List<String> batch, ArrayNode data) throws InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        Answer<Embeddings> answer =
                client.embed(model, List.copyOf(batch), query ? "query" : "document", Optional.ofNullable(dimensions));
        List<Embeddings.Item> items = answer.value().data();
        if (items.size() != batch.size()) {
            throw new FailureException(
                    "the server embedded " + items.size() + " of " + batch.size() + " texts; nothing more is printed");
        }
        for (int index = 0; index < items.size(); index++) {
            JsonNode embedding = answer.json().path("data").get(index).path("embedding");
            if (json()) {
                data.addObject().put("index", data.size() - 1).set("embedding", embedding);
            } else {
                console()
                        .result(items.get(index).embedding().stream()
                                .map(value -> String.format(Locale.ROOT, "%.8g", value))
                                .collect(Collectors.joining(" ")));
            }
        }
    }
}
