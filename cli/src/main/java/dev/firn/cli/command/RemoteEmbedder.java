package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Embeddings;
import dev.firn.cli.client.FirnClient;
import dev.firn.training.ProgressListener;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.model.TextKind;
import java.util.List;
import java.util.Optional;

/** Lets a server embed with a registered model. */
final class RemoteEmbedder implements TextEmbedder {
    private static final int TEXTS_PER_REQUEST = 64;

    private final FirnClient client;
    private final String model;
    private final int dimension;

    /** Asks the server once, for the width of the model's vectors. */
    RemoteEmbedder(FirnClient client, String model) {
        this.client = requireNonNull(client, "client is null");
        this.model = requireNonNull(model, "model is null");
        this.dimension =
                ask(TextKind.QUERY, List.of("width")).getFirst().embedding().size();
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public float[] embed(TextKind kind, List<String> texts, ProgressListener progress) {
        float[] vectors = new float[Math.multiplyExact(texts.size(), dimension)];
        int position = 0;
        for (int start = 0; start < texts.size(); start += TEXTS_PER_REQUEST) {
            int end = Math.min(start + TEXTS_PER_REQUEST, texts.size());
            for (Embeddings.Item item : ask(kind, texts.subList(start, end))) {
                if (item.embedding().size() != dimension) {
                    throw new FailureException("the server gave vectors of " + dimension + " numbers, now one of "
                            + item.embedding().size() + "; did the alias of " + model + " move?");
                }
                for (float value : item.embedding()) {
                    vectors[position++] = value;
                }
            }
            progress.progress(end, texts.size());
        }
        return vectors;
    }

    private List<Embeddings.Item> ask(TextKind kind, List<String> texts) {
        String inputType = switch (kind) {
            case QUERY -> "query";
            case DOCUMENT -> "document";
        };
        try {
            List<Embeddings.Item> items = client.embed(model, texts, inputType, Optional.empty())
                    .value()
                    .data();
            if (items.size() != texts.size()) {
                throw new FailureException("the server embedded " + items.size() + " of " + texts.size() + " texts");
            }
            return items;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailureException("interrupted");
        }
    }
}
