package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import dev.firn.training.data.BadRecords;
import dev.firn.training.data.CollectionDefinition;
import dev.firn.training.data.CollectionLayout;
import dev.firn.training.data.DataFault;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.data.RetrievalCollection;
import dev.firn.training.evaluation.EvaluationOptions;
import dev.firn.training.evaluation.EvaluationSet;
import dev.firn.training.evaluation.Evaluator;
import dev.firn.training.evaluation.MtebResults;
import dev.firn.training.evaluation.ResultFiles;
import dev.firn.training.evaluation.SetResult;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.measure.Measure;
import dev.firn.training.model.EmbeddingModel;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.search.Quantisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Evaluates a model on a folder of documents, queries and judgements, on this machine. */
@Command(
        name = "evaluate",
        description =
                "Evaluate a model on a folder with documents, queries and judgements: nDCG@10 and more for every width"
                        + " and every way of storing vectors, over all judged queries.",
        footer = {
            "",
            "DIR is in BEIR's layout (corpus.jsonl, queries.jsonl, qrels/test.tsv), TREC's (topics, qrels and corpus:"
                    + " files or folders, tagged or id<TAB>text) or MIRACL's (miracl-v1.0-LANGUAGE and"
                    + " miracl-corpus-v1.0-LANGUAGE folders), plain or .gz, .zst, .xz. A server embeds with a registered"
                    + " model; with --model a folder as firn export writes it is used without one. Only documents are"
                    + " quantised: int8 and 4bit in equal steps between a component's extremes, binary by sign. Queries"
                    + " stay as they are.",
            "Example: firn evaluate quickstart@champion ./nfcorpus --bm25 --output results",
            "Example: firn evaluate quickstart@champion --collection mteb-r --data ./beir"
        })
final class EvaluateCommand extends FirnCommand {
    private static final String BM25 = "bm25";
    private static final int DEPTH = 1000;
    private static final List<String> REPORTED = List.of("ndcg_cut_10", "recall_100", "recip_rank_cut_10", "map");
    private static final List<Integer> USUAL_WIDTHS = List.of(256, 128, 64);

    @Parameters(
            arity = "0..2",
            paramLabel = "[NAME@ALIAS] [DIR]",
            hideParamSyntax = true,
            description = "The model (not with --model) and the data's folder (not with --data).")
    private List<String> arguments = List.of();

    @Option(names = "--model", paramLabel = "FOLDER", description = "A model's folder, instead of a registered model.")
    private Path modelFolder;

    @Option(names = "--data", paramLabel = "DIR", description = "The data's folder.")
    private Path data;

    @Option(
            names = "--collection",
            paramLabel = "NAME",
            description =
                    "Evaluate the tasks of mteb-r, clef or miracl, or of a JSON file that defines others, as far as"
                            + " DIR has them, and their means.")
    private String collection;

    @Option(
            names = "--dimensions",
            paramLabel = "N,…",
            split = ",",
            hideParamSyntax = true,
            description = "Widths beside the full one (256, 128 and 64, those that are below it); 0 for none.")
    private List<Integer> dimensions;

    @Option(
            names = "--quantisation",
            paramLabel = "WORD,…",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "float32,int8,4bit,binary",
            description = "How documents' vectors are stored: some of float32, int8, 4bit, binary (all).")
    private List<String> quantisations;

    @Option(
            names = "--bm25",
            description =
                    "Also BM25 (k1 0.9, b 0.4) with the analyser of the documents' language: words are stemmed and stop"
                            + " words left out, which finds more than BM25 over plain words does.")
    private boolean bm25;

    @Option(names = "--layout", paramLabel = "WORD", description = "beir, trec or miracl; as it looks where left out.")
    private String layout;

    @Option(
            names = "--language",
            paramLabel = "TAG",
            split = ",",
            hideParamSyntax = true,
            description = "Of documents and queries (en); in MIRACL's layout the sets wanted (all).")
    private List<String> languages = List.of();

    @Option(names = "--split", paramLabel = "NAME", description = "Of the queries; test, or dev in MIRACL's layout.")
    private String split;

    @Option(names = "--ignore-identical-ids", description = "Leave out the document that has the query's own id.")
    private boolean ignoreIdenticalIds;

    @Option(
            names = "--skip-bad-records",
            paramLabel = "LIMIT",
            description = "Leave out up to so many records that are wrong, and name them; they are refused otherwise.")
    private Long badRecordLimit;

    @Option(
            names = "--exact-search-limit",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "With more documents an approximate index is searched, its recall told (${DEFAULT-VALUE}).")
    private int exactSearchLimit;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Write runs, values per query, task files as MTEB has them, and result.json there.")
    private Path output;

    EvaluateCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException {
        Request request = request();
        Path scratch = Files.createTempDirectory("firn-evaluate");
        List<Row> rows = new ArrayList<>();
        try (ComputeContext compute = new ComputeContext(Runtime.getRuntime().availableProcessors())) {
            Evaluator evaluator = new Evaluator(compute, request.options(), scratch);
            if (modelFolder == null) {
                evaluate(request, evaluator, new RemoteEmbedder(client(), request.model()), scratch, rows);
            } else {
                try (EmbeddingModel model =
                        EmbeddingModel.load(modelFolder, Runtime.getRuntime().availableProcessors())) {
                    evaluate(request, evaluator, model, scratch, rows);
                }
            }
        } finally {
            FileUtils.deleteDirectory(scratch.toFile());
        }
        report(request, rows);
        return ExitCode.DONE;
    }

    private void evaluate(Request request, Evaluator evaluator, TextEmbedder embedder, Path scratch, List<Row> rows)
            throws IOException {
        List<Integer> widths = widths(embedder.dimension());
        for (CollectionDefinition.Task task : request.tasks()) {
            Path place = Files.createDirectory(scratch.resolve("data"));
            List<SetResult> dense = new ArrayList<>();
            List<SetResult> lexical = new ArrayList<>();
            try (RetrievalCollection collection = read(request, task, place)) {
                collection.notes().forEach(note -> console().say("firn: " + note));
                if (bm25) {
                    evaluator.evaluateBm25(
                            collection.sets(), lexical::add, new ProgressLines(console(), task.name() + ", BM25"));
                }
                evaluator.evaluate(
                        embedder,
                        collection.sets(),
                        widths,
                        dense::add,
                        new ProgressLines(console(), task.name() + ", embedded and searched"));
                if (output != null) {
                    write(task, request.collection().split(), dense, lexical);
                }
                String group = task.group();
                Map<String, Integer> documents = collection.sets().stream()
                        .collect(Collectors.toMap(
                                EvaluationSet::name, set -> set.corpus().ids().size()));
                Stream.concat(lexical.stream(), dense.stream())
                        .forEach(result -> rows.add(
                                Row.of(result, group == null ? result.set() : group, documents.get(result.set()))));
            }
            FileUtils.deleteDirectory(place.toFile());
        }
    }

    /** What was asked for, checked before anything is read. */
    private record Request(
            String model,
            Path folder,
            EvaluationOptions options,
            CollectionDefinition collection,
            List<CollectionDefinition.Task> tasks) {}

    /** A result without what was retrieved, of which there may be more than memory holds. */
    private record Row(
            String set,
            String group,
            String queryLanguage,
            String documentLanguage,
            int documents,
            Integer dimension,
            Quantisation quantisation,
            Double indexRecall,
            int queries,
            Map<String, Double> mean) {
        static Row of(SetResult result, String group, int documents) {
            return new Row(
                    result.set(),
                    group,
                    result.queryLanguage(),
                    result.documentLanguage(),
                    documents,
                    result.dimension(),
                    result.quantisation(),
                    result.indexRecall(),
                    result.measured().queries(),
                    result.measured().mean());
        }

        /** What retrieved: rows of the same way are averaged. */
        String way() {
            return dimension == null ? BM25 : dimension + " " + quantisation.word();
        }
    }

    private Request request() throws IOException {
        boolean local = modelFolder != null;
        int expected = (local ? 0 : 1) + (data == null ? 1 : 0);
        if (arguments.size() != expected) {
            throw new InputException(
                    local
                            ? "with --model only the data's folder is named"
                            : "name a registered model and the data's folder, or a model's folder with --model");
        }
        String model = local ? modelFolder.toAbsolutePath().getFileName().toString() : arguments.getFirst();
        if (local && !Files.isRegularFile(modelFolder.resolve("config.json"))) {
            throw new InputException(modelFolder + " is no model's folder: it has no config.json");
        }
        if (!local) {
            ModelReference.parse(model);
        }
        if (exactSearchLimit < 0 || (badRecordLimit != null && badRecordLimit < 0)) {
            throw new InputException("--exact-search-limit and --skip-bad-records must be at least 0");
        }
        Path folder = data == null ? Path.of(arguments.getLast()) : data;
        CollectionDefinition definition = definition(folder);
        List<CollectionDefinition.Task> tasks = new ArrayList<>();
        for (CollectionDefinition.Task task : definition.tasks()) {
            if (collection == null || Files.isDirectory(folder.resolve(task.folder()))) {
                tasks.add(task);
            } else {
                console()
                        .say("firn: " + task.name() + " is left out: there is no folder "
                                + folder.resolve(task.folder()));
            }
        }
        if (tasks.isEmpty()) {
            throw new InputException(folder + " has no folder of a task of " + definition.name());
        }
        return new Request(
                model,
                folder,
                new EvaluationOptions(DEPTH, measures(), quantisations(), exactSearchLimit),
                definition,
                tasks);
    }

    private CollectionDefinition definition(Path folder) throws IOException {
        if (collection != null) {
            if (layout != null || split != null || !languages.isEmpty() || ignoreIdenticalIds) {
                throw new InputException(
                        "--collection says what --layout, --split, --language and --ignore-identical-ids would");
            }
            Optional<CollectionDefinition> named = CollectionDefinition.named(collection);
            if (named.isPresent()) {
                return named.get();
            }
            Path file = Path.of(collection);
            if (!Files.isRegularFile(file)) {
                throw new InputException("--collection knows " + String.join(", ", CollectionDefinition.NAMES)
                        + ", or takes a file; there is neither for " + collection);
            }
            try {
                return CollectionDefinition.read(file);
            } catch (IOException e) {
                throw new InputException(e.getMessage());
            }
        }
        CollectionLayout asked = layout == null
                ? null
                : CollectionLayout.of(layout)
                        .orElseThrow(() -> new InputException(
                                "--layout must be one of " + CollectionLayout.words() + "; this is " + layout));
        return CollectionDefinition.ofFolder(new RetrievalCollection.Selection(
                folder.toAbsolutePath().normalize().getFileName().toString(),
                asked,
                languages.isEmpty() ? "en" : languages.getFirst(),
                split,
                languages,
                "",
                ignoreIdenticalIds,
                BadRecords.REFUSED));
    }

    private static List<Measure> measures() {
        return Stream.concat(MtebResults.measures().stream(), Measure.STANDARD.stream())
                .distinct()
                .toList();
    }

    private List<Quantisation> quantisations() {
        return quantisations.stream()
                .map(word -> Quantisation.of(word)
                        .orElseThrow(() -> new InputException("--quantisation knows "
                                + Arrays.stream(Quantisation.values())
                                        .map(Quantisation::word)
                                        .collect(Collectors.joining(", "))
                                + "; not " + word)))
                .distinct()
                .toList();
    }

    private RetrievalCollection read(Request request, CollectionDefinition.Task task, Path place) throws IOException {
        BadRecords badRecords = badRecordLimit == null ? BadRecords.REFUSED : BadRecords.skippedUpTo(badRecordLimit);
        try {
            return RetrievalCollection.read(
                    request.folder().resolve(task.folder()).normalize(),
                    request.collection().selection(task, badRecords),
                    place);
        } catch (DataFaultException e) {
            throw new InputException(
                    e.faults().stream().map(DataFault::message).collect(Collectors.joining(System.lineSeparator())));
        }
    }

    private List<Integer> widths(int full) {
        List<Integer> asked = dimensions == null
                ? USUAL_WIDTHS.stream().filter(width -> width < full).toList()
                : dimensions.stream()
                        .filter(width -> width != 0 && width != full)
                        .toList();
        for (int width : new TreeSet<>(asked)) {
            if (width < 1 || width > full) {
                throw new InputException(
                        "--dimensions must be from 1 to the model's width of " + full + "; one is " + width);
            }
        }
        return Stream.concat(Stream.of(full), asked.stream().distinct()).toList();
    }

    private void report(Request request, List<Row> rows) throws IOException {
        ObjectNode json = json(request, rows);
        if (output != null) {
            Files.createDirectories(output);
            Files.writeString(output.resolve("result.json"), json.toPrettyString() + "\n");
        }
        if (json()) {
            console().result(json);
            return;
        }
        Table table = new Table()
                .column("set", Side.LEFT)
                .column("dimensions", Side.RIGHT)
                .column("stored as", Side.LEFT)
                .column("bytes", Side.RIGHT);
        Stream.of("nDCG@10", "recall@100", "MRR@10", "MAP").forEach(heading -> table.column(heading, Side.RIGHT));
        boolean approximate = rows.stream().anyMatch(row -> row.indexRecall() != null);
        if (approximate) {
            table.column("index recall", Side.RIGHT);
        }
        rows.forEach(row -> table.row(cells(row, row.set(), row.mean(), approximate)));
        if (rows.stream().map(Row::set).distinct().count() > 1) {
            means(rows).forEach((row, mean) -> table.row(cells(row, "mean", mean, approximate)));
        }
        console().result(table.toString());
    }

    private static List<String> cells(Row row, String name, Map<String, Double> mean, boolean approximate) {
        List<String> cells = new ArrayList<>();
        cells.add(name);
        cells.add(row.dimension() == null ? "-" : row.dimension().toString());
        cells.add(row.dimension() == null ? "BM25" : row.quantisation().word());
        cells.add(
                row.dimension() == null
                        ? "-"
                        : Integer.toString(row.quantisation().bytes(row.dimension())));
        REPORTED.forEach(measure -> cells.add(Figures.measure(mean.get(measure))));
        if (approximate) {
            cells.add(name.equals("mean") ? "-" : Figures.measure(row.indexRecall()));
        }
        return cells;
    }

    /** For the first row of each way of retrieving, the means over groups of the means over their sets. */
    private static Map<Row, Map<String, Double>> means(List<Row> rows) {
        Map<String, List<Row>> ways =
                rows.stream().collect(Collectors.groupingBy(Row::way, LinkedHashMap::new, Collectors.toList()));
        Map<Row, Map<String, Double>> means = new LinkedHashMap<>();
        for (List<Row> way : ways.values()) {
            Map<String, Double> mean = new LinkedHashMap<>();
            for (String measure : REPORTED) {
                mean.put(
                        measure,
                        way.stream()
                                .collect(Collectors.groupingBy(
                                        Row::group,
                                        LinkedHashMap::new,
                                        Collectors.averagingDouble(
                                                row -> row.mean().get(measure))))
                                .values()
                                .stream()
                                .mapToDouble(Double::doubleValue)
                                .average()
                                .orElseThrow());
            }
            means.put(way.getFirst(), mean);
        }
        return means;
    }

    private static ObjectNode json(Request request, List<Row> rows) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("model", request.model());
        json.put("collection", request.collection().name());
        ArrayNode described = json.putArray("sets");
        Set<String> sets = new HashSet<>();
        for (Row row : rows) {
            if (sets.add(row.set())) {
                described
                        .addObject()
                        .put("name", row.set())
                        .put("queryLanguage", row.queryLanguage())
                        .put("documentLanguage", row.documentLanguage())
                        .put("queries", row.queries())
                        .put("documents", row.documents());
            }
        }
        ArrayNode results = json.putArray("results");
        for (Row row : rows) {
            ObjectNode entry = results.addObject().put("set", row.set());
            describe(row, entry);
            if (row.indexRecall() != null) {
                entry.put("indexRecall", row.indexRecall());
            }
            entry.put("queries", row.queries());
            row.mean().forEach(entry.putObject("measures")::put);
        }
        ArrayNode means = json.putArray("means");
        means(rows).forEach((row, mean) -> {
            ObjectNode entry = means.addObject();
            describe(row, entry);
            mean.forEach(entry.putObject("measures")::put);
        });
        return json;
    }

    private static void describe(Row row, ObjectNode entry) {
        if (row.dimension() == null) {
            entry.put("retriever", BM25);
        } else {
            entry.put("retriever", "model")
                    .put("dimension", row.dimension())
                    .put("quantisation", row.quantisation().word())
                    .put("bytesPerVector", row.quantisation().bytes(row.dimension()));
        }
    }

    private void write(
            CollectionDefinition.Task task, String usualSplit, List<SetResult> dense, List<SetResult> lexical)
            throws IOException {
        Files.createDirectories(output);
        ResultFiles files = new ResultFiles(output);
        Map<String, List<SetResult>> ways = new LinkedHashMap<>();
        for (SetResult result : lexical) {
            files.write(BM25, result);
            ways.computeIfAbsent(BM25, any -> new ArrayList<>()).add(result);
        }
        for (SetResult result : dense) {
            files.write("model", result);
            String way =
                    "model." + result.dimension() + "." + result.quantisation().word();
            ways.computeIfAbsent(way, any -> new ArrayList<>()).add(result);
        }
        for (Map.Entry<String, List<SetResult>> way : ways.entrySet()) {
            MtebResults.write(
                    output.resolve("mteb")
                            .resolve(way.getKey())
                            .resolve(task.name().replace('/', '.') + ".json"),
                    task.name(),
                    Objects.requireNonNullElse(task.split(), Objects.requireNonNullElse(usualSplit, "test")),
                    way.getValue());
        }
    }
}
