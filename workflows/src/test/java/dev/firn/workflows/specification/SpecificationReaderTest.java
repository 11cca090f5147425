package dev.firn.workflows.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.workflows.study.StudyGrid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpecificationReaderTest {
    private static final String SMALL = """
            specVersion: 1
            name: small
            data:
              sources:
                - {type: jsonl, name: pairs, files: [pairs.jsonl], language: no}
              evaluation:
                - {name: held-out, folder: held-out, queryLanguage: en}
            encoder: {layers: 2, hiddenSize: 64, attentionHeads: 4}
            filter:
              teacher: {type: onnx, folder: teacher, model: model.onnx, tokenizer: tokenizer.json}
            register: {model: small}
            """;

    private final SpecificationReader reader = new SpecificationReader();

    @Test
    void readsTheQuickstart() throws IOException {
        RunSpecification specification = reader.read(Files.readString(Path.of("../examples/quickstart.yaml")));

        assertThat(specification.initialise().learningRate()).isEqualTo(1e-4);
        assertThat(specification.pretrain().matryoshka().dimensions()).containsExactly(64);
        assertThat(specification.mine().teacher())
                .isEqualTo(specification.filter().teacher());
    }

    @Test
    void readsEveryExample() throws IOException {
        List<Path> examples;
        try (Stream<Path> files = Files.list(Path.of("../examples"))) {
            examples = files.filter(file -> file.toString().endsWith(".yaml")).toList();
        }

        assertThat(examples)
                .isNotEmpty()
                .allSatisfy(example -> assertThat(name(example) + ".yaml")
                        .isEqualTo(example.getFileName().toString()));
    }

    /** A study's base may stand in another example. */
    private String name(Path example) throws IOException {
        JsonNode document = reader.parse(Files.readString(example));
        if (!document.has("type")) {
            return reader.read(document).name();
        }
        if (document.path("base").isTextual()) {
            ((ObjectNode) document)
                    .set(
                            "base",
                            reader.parse(Files.readString(
                                    example.resolveSibling(document.get("base").textValue()))));
        }
        StudySpecification study = new StudyReader(reader).read(document);
        assertThat(StudyGrid.points(study))
                .allSatisfy(point ->
                        assertThat(reader.read(point.specification()).name()).isNotEmpty());
        return study.name();
    }

    @Test
    void gteRotatesPairsAndNeedsHeadsOfAnEvenWidth() {
        String gte = SMALL.replace("attentionHeads: 4}", "attentionHeads: 4, family: gte}");

        assertThat(reader.read(gte).encoder().family()).isEqualTo("gte");
        assertThat(faults(gte.replace("hiddenSize: 64", "hiddenSize: 60")))
                .containsExactly(new Fault(
                        "/encoder/attentionHeads", "must give heads of an even width: gte rotates pairs; it is 15"));
    }

    @Test
    void fillsInDefaultsAndWhatFollowsFromOtherFields() {
        RunSpecification specification = reader.read(SMALL);

        assertThat(specification.seed()).isEqualTo(42);
        assertThat(specification.encoder().intermediateSize()).isEqualTo(256);
        assertThat(specification.pretrain().temperature()).isEqualTo(0.02);
        assertThat(specification.pretrain().epochs()).isEqualTo(3);
        assertThat(specification.pretrain().activationCheckpointing()).isFalse();
        assertThat(specification.pretrain().optimizer().embeddings()).isEqualTo("dense");
        assertThat(specification.pretrain().matryoshka().dimensions()).isEmpty();
        assertThat(specification.filter().topRank()).isEqualTo(20);
        assertThat(specification.mine().threshold())
                .isEqualTo(new MineSpecification.Threshold("percentage-of-positive", 0.95));
        assertThat(specification.data().evaluation().getFirst().documentLanguage())
                .isEqualTo("en");
        assertThat(specification.finetune().schedule()).isEqualTo(new ScheduleSpecification.LinearDecay(0));
    }

    @Test
    void checkpointsComeBySteps500UnlessOnlySecondsAreAskedFor() {
        assertThat(reader.read(SMALL).pretrain().checkpoints())
                .isEqualTo(new CheckpointsSpecification(500L, null, null, null));
        assertThat(reader.read(SMALL + "pretrain: {checkpoints: {everySeconds: 60, keepLast: 2, keepEverySteps: 9}}\n")
                        .pretrain()
                        .checkpoints())
                .isEqualTo(new CheckpointsSpecification(null, 60L, 2, 9L));
        assertThat(faults(SMALL + "pretrain: {checkpoints: {everySeconds: 0}}\n"
                        + "finetune: {checkpoints: {keepEverySteps: 5}}\n"))
                .extracting(Fault::pointer)
                .containsExactlyInAnyOrder(
                        "/pretrain/checkpoints/everySeconds", "/finetune/checkpoints/keepEverySteps");
    }

    @Test
    void takesNoForTheNorwegianLanguage() {
        SourceSpecification source = reader.read(SMALL).data().sources().getFirst();

        assertThat(source)
                .isInstanceOfSatisfying(
                        SourceSpecification.JsonLines.class,
                        lines -> assertThat(lines.language()).isEqualTo("no"));
    }

    @Test
    void linesOfSeveralTextsHaveNoTranslations() {
        assertThatThrownBy(() -> reader.read(withSources("""
                            - {type: jsonl, name: flag, files: [a], language: en, format: tevatron, translations: {}}
                        """, "{drop: true}")))
                .isInstanceOfSatisfying(
                        InvalidSpecificationException.class,
                        e -> assertThat(e.faults())
                                .extracting(Fault::pointer)
                                .contains("/data/sources/0/translations"));
    }

    @Test
    void readsEveryKindOfSourceWithItsDefaults() {
        RunSpecification specification = reader.read(withSources("""
                    - {type: jsonl, name: flag, files: [a.jsonl.zst], language: en, format: flagembedding, onBadRecord: skip}
                    - {type: jsonl, name: aligned, files: [b.jsonl], translations: {idAfter: ":"}}
                    - {type: parquet, name: hub, files: [folder], split: train, language: en}
                    - {type: triples, name: arctic, queries: q, documents: d, labels: l, language: en, relevanceColumn: r}
                    - {type: collection, name: beir, folder: f, quality: {minimumOverlap: 0.2}}
                """, "{drop: true}"));

        assertThat(specification.data().sources())
                .containsExactly(
                        new SourceSpecification.JsonLines(
                                "flag", "flagembedding", List.of("a.jsonl.zst"), "en", null, "skip", null, null),
                        new SourceSpecification.JsonLines(
                                "aligned",
                                null,
                                List.of("b.jsonl"),
                                null,
                                new TranslationsSpecification(":", "en"),
                                null,
                                null,
                                null),
                        new SourceSpecification.Parquet(
                                "hub", List.of("folder"), "train", "query", "document", null, "en", null, null, null),
                        new SourceSpecification.Triples(
                                "arctic",
                                "q",
                                "d",
                                "l",
                                "query_id",
                                "query_text",
                                "document_id",
                                "document_text",
                                "r",
                                1,
                                "en",
                                null,
                                null,
                                null),
                        new SourceSpecification.Collection(
                                "beir",
                                "f",
                                null,
                                null,
                                1,
                                "en",
                                null,
                                null,
                                new QualitySpecification(null, null, null, null, null, null, 0.2, null)));
        assertThat(specification.data().nearDuplicates())
                .isEqualTo(new NearDuplicatesSpecification(0.8, true, 200_000));
        assertThat(reader.read(reader.toDocument(specification))).isEqualTo(specification);
    }

    @Test
    void wrongSourcesAreRefusedFieldByField() {
        String text = withSources("""
                    - {type: jsonl, name: a, files: [a], format: csv, onBadRecord: ignore, badRecordLimit: -1}
                    - {type: triples, name: b, queries: q, documents: d}
                    - {type: collection, name: c, folder: f, layout: tar, quality: {minimumLetterShare: 2, other: 1}}
                """, "{threshold: 0}") + "evaluate: {exactSearchLimit: -1}\n";

        assertThat(faults(text))
                .extracting(Fault::pointer)
                .contains(
                        "/data/sources/0/format",
                        "/data/sources/0/onBadRecord",
                        "/data/sources/0/badRecordLimit",
                        "/data/sources/1/labels",
                        "/data/sources/1/language",
                        "/data/sources/2/layout",
                        "/data/sources/2/quality/minimumLetterShare",
                        "/data/sources/2/quality/other",
                        "/data/nearDuplicates/threshold",
                        "/evaluate/exactSearchLimit");
    }

    /** Or every stage's key, and with it every stored result, would be another. */
    @Test
    void whatWasAddedLaterIsNotInASpecificationThatDoesNotUseIt() {
        JsonNode document = new ObjectMapper().valueToTree(reader.read(SMALL));

        assertThat(document.at("/data/sources/0").properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("type", "name", "files", "language");
        assertThat(document.path("data").properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("sources", "evaluation");
        assertThat(document.path("evaluate").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("dimensions");
    }

    private static String withSources(String sources, String nearDuplicates) {
        return SMALL.replace(
                "    - {type: jsonl, name: pairs, files: [pairs.jsonl], language: no}\n",
                sources + "  nearDuplicates: " + nearDuplicates + "\n");
    }

    @Test
    void readsJsonAsWellAsYaml() {
        String json = reader.toDocument(reader.read(SMALL)).toPrettyString();

        assertThat(reader.read(json)).isEqualTo(reader.read(SMALL));
    }

    @Test
    void resolvingTwiceChangesNothing() {
        RunSpecification once = reader.read(SMALL);

        assertThat(reader.read(reader.toDocument(once))).isEqualTo(once);
    }

    @Test
    void namesEveryFaultAtOnce() {
        String text = SMALL.replace("hiddenSize: 64", "hiddenSize: 66") + """
                batchSize: 3
                pretrain: {temperature: 0, steps: -5, matryoshka: {dimensions: [128]}}
                finetune: {learningrate: 0.1, batchSize: many}
                mine: {depth: 2, negatives: 10}
                """;

        assertThat(faults(text))
                .extracting(Fault::pointer)
                .contains(
                        "/batchSize",
                        "/pretrain/temperature",
                        "/pretrain/steps",
                        "/pretrain/matryoshka/dimensions/0",
                        "/finetune/learningrate",
                        "/finetune/batchSize",
                        "/encoder/attentionHeads",
                        "/mine/depth")
                .doesNotHaveDuplicates();
    }

    @Test
    void takesLazyEmbeddingsAndActivationCheckpointing() {
        RunSpecification specification =
                reader.read(SMALL + "pretrain: {activationCheckpointing: true, optimizer: {embeddings: lazy}}\n");

        assertThat(specification.pretrain().activationCheckpointing()).isTrue();
        assertThat(specification.pretrain().optimizer().embeddings()).isEqualTo("lazy");
        assertThat(specification.finetune().activationCheckpointing()).isFalse();
        assertThat(faults(SMALL + "pretrain: {optimizer: {embeddings: sparse}}\n"))
                .extracting(Fault::pointer)
                .containsExactly("/pretrain/optimizer/embeddings");
    }

    @Test
    void anObjectInPlaceOfAListIsAFaultLikeAnyOther() {
        assertThat(faults("""
                name: x
                data: {sources: {maximumTokens: 32}, evaluation: {name: a}}
                pretrain: {matryoshka: {dimensions: {a: 1}}}
                """))
                .extracting(Fault::pointer)
                .contains("/data/sources", "/data/evaluation", "/pretrain/matryoshka/dimensions");
        assertThat(faults("""
                name: x
                data: {sources: [{type: messages, languages: {a: en}, evaluationLanguages: {a: de}}]}
                """))
                .extracting(Fault::pointer)
                .contains("/data/sources/0/languages", "/data/sources/0/evaluationLanguages");
    }

    @Test
    void suggestsTheFieldThatWasMeant() {
        assertThat(faults(SMALL + "finetune: {learningrate: 0.1}\n"))
                .containsExactly(new Fault("/finetune/learningrate", "unknown field; did you mean learningRate?"));
        assertThat(faults(SMALL + "pretrian: {}\n"))
                .containsExactly(new Fault("/pretrian", "unknown field; did you mean pretrain?"));
    }

    @Test
    void saysWhatAnImpossibleValueIs() {
        assertThat(faults(SMALL + "pretrain: {temperature: 0}\n"))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.pointer()).isEqualTo("/pretrain/temperature");
                    assertThat(fault.detail()).contains("0").contains("it is 0");
                });
    }

    @Test
    void refusesATruncatedDimensionAboveTheWidth() {
        assertThat(faults(SMALL + "finetune: {matryoshka: {dimensions: [65]}}\n"))
                .contains(
                        new Fault("/finetune/matryoshka/dimensions/0", "is 65, above encoder.hiddenSize, which is 64"));
    }

    @Test
    void refusesANameWithPathCharacters() {
        assertThat(faults(SMALL.replace("name: small", "name: ../small")))
                .extracting(Fault::pointer)
                .containsExactly("/name");
        assertThat(faults(SMALL.replace("model: small", "model: a/b")))
                .extracting(Fault::pointer)
                .containsExactly("/register/model");
    }

    @Test
    void refusesAScheduleLongerThanItsStage() {
        assertThat(
                        faults(
                                SMALL
                                        + "initialise: {steps: 10, schedule: {type: warmup-stable-decay, warmupSteps: 8, decaySteps: 8}}\n"))
                .containsExactly(
                        new Fault("/initialise/schedule", "warm-up and decay take 16 steps, the stage has 10"));
    }

    @Test
    void refusesARunThatCouldNotBeEvaluated() {
        String text = SMALL.replaceAll("(?m)^  evaluation:\n.*\n", "");

        assertThat(faults(text)).extracting(Fault::pointer).containsExactly("/data/evaluation");
    }

    @Test
    void namesAMissingFieldByItsOwnPointer() {
        assertThat(faults(SMALL.replace("layers: 2, ", "")))
                .containsExactly(new Fault("/encoder/layers", "is missing"));
    }

    private static final String ELSEWHERE =
            SMALL.replace("encoder: {layers: 2, hiddenSize: 64, attentionHeads: 4}", """
            initialise:
              from: {type: folder, folder: /models/base, keepLayers: 3, pruneVocabulary: true}
              steps: 0""");

    @Test
    void weightsFromElsewhereComeWithTheirTokenizerAndNeedNoEncoder() {
        RunSpecification specification = reader.read(ELSEWHERE);

        assertThat(specification.initialise().from())
                .isEqualTo(new StartSpecification.Folder("/models/base", null, 3, true));
        assertThat(specification.tokenizer()).isEqualTo(new TokenizerSpecification.Start());
        assertThat(specification.encoder()).isNull();
        assertThat(reader.read(reader.toDocument(specification))).isEqualTo(specification);
        assertThat(reader.read(SMALL).initialise().from()).isEqualTo(new StartSpecification.Random());
        assertThat(reader.read(ELSEWHERE.replace(
                                "{type: folder, folder: /models/base, keepLayers: 3, pruneVocabulary: true}",
                                "{type: model, model: base@champion}"))
                        .initialise()
                        .from())
                .isEqualTo(new StartSpecification.Model("base@champion", null, null, false));
    }

    @Test
    void refusesAStartThatDoesNotFitItsTokenizer() {
        assertThat(faults(ELSEWHERE + "tokenizer: {type: trained}\n"))
                .containsExactly(
                        new Fault("/tokenizer", "comes with the weights that initialise.from names; leave it out"));
        assertThat(faults(SMALL + "tokenizer: {type: start}\n"))
                .containsExactly(new Fault("/tokenizer/type", "is start, but random weights come with no tokenizer"));
        assertThat(faults(SMALL.replaceAll("encoder: .*\n", ""))).containsExactly(new Fault("/encoder", "is missing"));
        assertThat(faults(ELSEWHERE.replace("type: folder, folder", "type: model, folder")))
                .extracting(Fault::pointer)
                .containsExactlyInAnyOrder("/initialise/from/folder", "/initialise/from/model");
        assertThat(faults(ELSEWHERE.replace("type: folder, folder: /models/base", "type: model, model: champion")))
                .extracting(Fault::pointer)
                .containsExactly("/initialise/from/model");
    }

    @Test
    void aRegisteredModelCanBeTheTeacher() {
        RunSpecification specification =
                reader.read(SMALL.replaceAll("teacher: .*", "teacher: {type: model, model: e5@1}"));

        assertThat(specification.mine().teacher()).isEqualTo(new TeacherSpecification.Model("e5@1", null));
    }

    @Test
    void saysWhereAnUnreadableTextBreaks() {
        assertThatThrownBy(() -> reader.read("specVersion: 1\nname: [a\n"))
                .isInstanceOf(UnreadableSpecificationException.class)
                .hasMessageContaining("line 3");
        assertThatThrownBy(() -> reader.read("{\"specVersion\": 1,\n \"name\": }"))
                .isInstanceOf(UnreadableSpecificationException.class)
                .hasMessageContaining("Line 2");
        assertThatThrownBy(() -> reader.read("{\"specVersion\": 1,\n \"data\": {"))
                .isInstanceOf(UnreadableSpecificationException.class)
                .hasMessageContaining("start marker at line: 2")
                .hasMessageNotContaining("Source");
        assertThatThrownBy(() -> reader.read("just text")).isInstanceOf(UnreadableSpecificationException.class);
        assertThatThrownBy(() -> reader.read("a: 1\na: 2\n"))
                .isInstanceOf(UnreadableSpecificationException.class)
                .hasMessageContaining("duplicate");
    }

    @Test
    void boundsAliasesAndDepth() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            bomb.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, "*a%d, ".formatted(i - 1).repeat(9) + "*a" + (i - 1)));
        }
        assertThatThrownBy(() -> reader.read(bomb.toString())).isInstanceOf(UnreadableSpecificationException.class);
        assertThatThrownBy(() -> reader.read("a: " + "[".repeat(10_000) + "]".repeat(10_000)))
                .isInstanceOf(UnreadableSpecificationException.class);
        assertThatThrownBy(() -> reader.read("{\"a\": " + "[".repeat(10_000) + "]".repeat(10_000) + "}"))
                .isInstanceOf(UnreadableSpecificationException.class);
        assertThatThrownBy(() -> reader.read("a: !!java.net.URL [\"http://localhost/\"]"))
                .isInstanceOf(UnreadableSpecificationException.class);
    }

    private List<Fault> faults(String text) {
        return catchThrowableOfType(InvalidSpecificationException.class, () -> reader.read(text))
                .faults();
    }
}
