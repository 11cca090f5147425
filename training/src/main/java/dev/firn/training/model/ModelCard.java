package dev.firn.training.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The facts of a model card, written as the {@code README.md} of a model's folder.
 *
 * @param name the model's name
 * @param description what the specification says of it; may be empty
 * @param languages languages trained on
 * @param dimension numbers of a vector
 * @param truncatedDimensions widths that the training also had in mind
 * @param parameters number of weights
 * @param sources the data, one line each
 * @param quality nDCG@10, by column: own language, across languages, truncated; by row: what was measured
 * @param specification the resolved specification, as YAML or JSON
 */
public record ModelCard(
        String name,
        String description,
        List<String> languages,
        int dimension,
        List<Integer> truncatedDimensions,
        long parameters,
        EmbeddingSettings settings,
        List<String> sources,
        Map<String, Map<String, Double>> quality,
        String specification) {
    private static final List<String> COLUMNS = List.of("own", "cross", "truncated");

    public ModelCard {
        requireNonNull(name, "name is null");
        requireNonNull(description, "description is null");
        requireNonNull(settings, "settings is null");
        requireNonNull(specification, "specification is null");
        languages = List.copyOf(languages);
        truncatedDimensions = List.copyOf(truncatedDimensions);
        sources = List.copyOf(sources);
    }

    /** The card as Markdown, with the head that model hubs read. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\n");
        text.append("tags: [sentence-transformers, feature-extraction, firn]\nlanguage:\n");
        languages.forEach(language -> text.append("  - \"").append(language).append("\"\n"));
        text.append("---\n\n# ").append(name).append("\n\n");
        if (!description.isBlank()) {
            text.append(description.strip())
                    .append(".\n\n".substring(description.strip().endsWith(".") ? 1 : 0));
        }
        text.append(
                "A text-embedding model for retrieval: %,d weights, vectors of %d numbers, texts of up to %d tokens."
                        .formatted(parameters, dimension, settings.maximumTokens()));
        if (!truncatedDimensions.isEmpty()) {
            text.append(" The first %s numbers of a vector, normalised again, serve as a shorter vector."
                    .formatted(truncatedDimensions));
        }
        text.append("\n\n## Use\n\n```python\n");
        text.append("from sentence_transformers import SentenceTransformer\n\n");
        text.append("model = SentenceTransformer(\"path/to/this/folder\")\n");
        text.append("queries = model.encode([\"…\"], prompt_name=\"query\")\n");
        text.append("documents = model.encode([\"…\"], prompt_name=\"document\")\n");
        text.append("scores = queries @ documents.T\n```\n\n");
        text.append("Queries are prefixed with `%s`, documents with `%s`.\n\n"
                .formatted(settings.queryPrefix(), settings.documentPrefix()));
        text.append("## Data\n\n");
        sources.forEach(source -> text.append("- ").append(source).append('\n'));
        quality(text);
        text.append("\n## Limits\n\nMeasured on held-out texts of the training data's own kind only; ");
        text.append("languages and kinds of text that were not trained on may fare much worse.\n");
        text.append("\n## Specification\n\n```\n").append(specification.strip()).append("\n```\n");
        return text.toString();
    }

    private void quality(StringBuilder text) {
        text.append("\n## Quality\n\nnDCG@10, means over languages.\n\n");
        text.append("| | own language | across languages | own, truncated |\n|---|---|---|---|\n");
        quality.forEach((row, values) -> {
            text.append("| ").append(row);
            for (String column : COLUMNS) {
                Double value = values.get(column);
                text.append(" | ").append(value == null ? "" : String.format(Locale.ROOT, "%.3f", value));
            }
            text.append(" |\n");
        });
    }
}
