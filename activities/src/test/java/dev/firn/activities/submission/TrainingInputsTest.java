package dev.firn.activities.submission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.training.data.BadRecords;
import dev.firn.training.data.CollectionLayout;
import dev.firn.training.data.CollectionPairs;
import dev.firn.training.data.DatasetDefinition;
import dev.firn.training.data.JsonLines;
import dev.firn.training.data.NearDuplicates;
import dev.firn.training.data.ParquetPairs;
import dev.firn.training.data.ParquetTriples;
import dev.firn.training.data.QualityRules;
import dev.firn.training.data.SourceRules;
import dev.firn.workflows.specification.SpecificationReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingInputsTest {
    @Test
    void everyKindOfSourceBecomesOneOfTheTrainingLibrarys() throws IOException {
        String specification = """
                specVersion: 1
                name: sources
                data:
                  sources:
                    - {type: jsonl, name: a, files: [a.jsonl], language: en}
                    - {type: jsonl, name: b, files: [b.jsonl], format: flagembedding, onBadRecord: skip, badRecordLimit: 7}
                    - {type: jsonl, name: c, files: [c.jsonl], format: tevatron, onBadRecord: skip}
                    - {type: parquet, name: d, files: [d], split: train, languageColumn: tag}
                    - {type: triples, name: e, queries: q, documents: d, labels: l, language: de, minimumRelevance: 2}
                    - type: collection
                      name: f
                      folder: f
                      layout: miracl
                      split: train
                      quality: {minimumQueryCharacters: 3, maximumOverlap: 0.9}
                  evaluation:
                    - {name: held-out, folder: held-out, queryLanguage: en}
                  nearDuplicates: {threshold: 0.9, drop: true, remembered: 5}
                encoder: {layers: 2, hiddenSize: 64, attentionHeads: 4}
                filter:
                  teacher: {type: onnx, folder: teacher, model: model.onnx, tokenizer: tokenizer.json}
                register: {model: small}
                """;

        DatasetDefinition definition = TrainingInputs.dataset(
                new SpecificationReader().read(specification),
                Optional.empty(),
                digest -> Path.of("registered"),
                TrainingInputs.DataPlaces.LOCAL);

        assertThat(definition.sources())
                .containsExactly(
                        new JsonLines("a", List.of(Path.of("a.jsonl")), "en"),
                        new JsonLines(
                                "b",
                                JsonLines.Format.FLAG_EMBEDDING,
                                List.of(Path.of("b.jsonl")),
                                null,
                                new SourceRules(BadRecords.skippedUpTo(7), QualityRules.NONE)),
                        new JsonLines(
                                "c",
                                JsonLines.Format.TEVATRON,
                                List.of(Path.of("c.jsonl")),
                                null,
                                new SourceRules(BadRecords.skippedUpTo(1000), QualityRules.NONE)),
                        new ParquetPairs(
                                "d",
                                List.of(Path.of("d")),
                                "train",
                                "query",
                                "document",
                                "tag",
                                null,
                                SourceRules.USUAL),
                        new ParquetTriples(
                                "e",
                                Path.of("q"),
                                Path.of("d"),
                                Path.of("l"),
                                new ParquetTriples.Columns("query_id", "query_text", "document_id", "document_text"),
                                null,
                                2,
                                "de",
                                SourceRules.USUAL),
                        new CollectionPairs(
                                "f",
                                Path.of("f"),
                                CollectionLayout.MIRACL,
                                "train",
                                "en",
                                1,
                                new SourceRules(
                                        BadRecords.REFUSED,
                                        new QualityRules(3, null, null, null, null, null, null, 0.9))));
        assertThat(definition.nearDuplicates()).isEqualTo(new NearDuplicates(0.9, true, 5));
    }
}
