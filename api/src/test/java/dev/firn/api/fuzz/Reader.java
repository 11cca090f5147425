package dev.firn.api.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import dev.firn.activities.importing.ArchiveReader;
import dev.firn.api.http.ByteRange;
import dev.firn.api.http.ProblemException;
import dev.firn.registry.Cursor;
import dev.firn.registry.InvalidCursorException;
import dev.firn.registry.PageRequest;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.data.CollectionLayout;
import dev.firn.training.data.DataSource;
import dev.firn.training.data.DatasetDefinition;
import dev.firn.training.data.DatasetPreparer;
import dev.firn.training.data.EvaluationCollection;
import dev.firn.training.data.JsonLines;
import dev.firn.training.data.ParquetPairs;
import dev.firn.training.data.SourceRules;
import dev.firn.training.data.TokenizerDefinition;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.lines.Compression;
import dev.firn.training.lines.LineInput;
import dev.firn.training.measure.Qrels;
import dev.firn.training.measure.TrecRun;
import dev.firn.training.safetensors.SafetensorsFolder;
import dev.firn.training.tensorflow.TensorFlowBundle;
import dev.firn.training.tokenizer.InvalidTokenizerException;
import dev.firn.training.tokenizer.PrunedTokenizer;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.tokenizer.TokenizerTrainer;
import dev.firn.training.weights.OnnxTensors;
import dev.firn.training.weights.TensorSource;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.specification.SpecificationReader;
import dev.firn.workflows.specification.UnreadableSpecificationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.io.FileUtils;
import org.duckdb.DuckDBDriver;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Each reader of something that comes from outside: inputs that are right, words that mean something, and how it is read. */
// Its fields are never changed
@SuppressWarnings("ImmutableEnumChecker")
enum Reader {
    SPECIFICATION(
            "[", "{", "- ", ": ", "&a ", "*a", "*stage", "!!binary ", "!!java.net.URL ", "null", ".nan", "1e999") {
        private final SpecificationReader reader = new SpecificationReader();

        @Override
        List<byte[]> seeds() throws IOException {
            String json = new ObjectMapper().writeValueAsString(reader.toDocument(reader.read(YAML)));
            return List.of(YAML.getBytes(UTF_8), json.getBytes(UTF_8));
        }

        @Override
        void read(byte[] input) {
            try {
                reader.read(new String(input, UTF_8));
            } catch (UnreadableSpecificationException | InvalidSpecificationException e) {
                // refused
            }
        }
    },

    RECORDS("{", "}", "\\\"query\\\":", "\\\"_id\\\":", "\\x01", "\\x0a", "\\x09", "\\\"language\\\":\\\"de\\\"") {
        @Override
        List<byte[]> seeds() {
            String pair = "{\"id\":1,\"language\":\"en\",\"query\":\"ice\",\"document\":\"snow\"}\n";
            String flag = "{\"query\":\"ice\",\"pos\":[\"snow\"],\"neg\":[\"sand\"],\"pos_scores\":[1.5]}\n";
            String tevatron = "{\"query\":\"ice\",\"positive_passages\":[{\"title\":\"a\",\"text\":\"snow\"}],"
                    + "\"negative_passages\":[]}\n";
            String query = "{\"_id\":\"q\",\"text\":\"held out question\"}\n";
            String document = "{\"_id\":\"d\",\"title\":\"\",\"text\":\"held out answer\"}\n";
            return List.of(String.join(
                            "\u0001",
                            pair.repeat(2) + flag + tevatron,
                            query,
                            document,
                            "query-id\tcorpus-id\tscore\nq\td\t1\n")
                    .getBytes(UTF_8));
        }

        @Override
        void read(byte[] input) throws IOException {
            String[] parts = (new String(input, ISO_8859_1) + "\u0001".repeat(4)).split("\u0001", 5);
            Path file = PLACE.resolve("pairs.jsonl");
            Path[] files = {
                file, PLACE.resolve("queries.jsonl"), PLACE.resolve("corpus.jsonl"), PLACE.resolve("qrels.tsv")
            };
            for (int i = 0; i < files.length; i++) {
                Files.write(files[i], parts[i].getBytes(ISO_8859_1));
            }
            inspect(
                    lines(JsonLines.Format.PAIR, file),
                    lines(JsonLines.Format.FLAG_EMBEDDING, file),
                    lines(JsonLines.Format.TEVATRON, file));
        }
    },

    /** The first byte says how the file is packed. */
    PACKED_LINES("\\x1f\\x8b", "\\x28\\xb5\\x2f\\xfd", "\\xfd7zXZ") {
        @Override
        List<byte[]> seeds() throws IOException {
            ByteArrayOutputStream gzip = new ByteArrayOutputStream();
            gzip.write(PACKINGS.indexOf(Compression.GZIP));
            try (OutputStream out = new GZIPOutputStream(gzip)) {
                out.write("one\ntwo\n".getBytes(UTF_8));
            }
            ByteArrayOutputStream zstandard = new ByteArrayOutputStream();
            zstandard.write(PACKINGS.indexOf(Compression.ZSTANDARD));
            try (OutputStream out = new ZstdOutputStream(zstandard)) {
                out.write("one\ntwo\n".getBytes(UTF_8));
            }
            ByteArrayOutputStream xz = new ByteArrayOutputStream();
            xz.write(PACKINGS.indexOf(Compression.XZ));
            try (OutputStream out = new XZOutputStream(xz, new LZMA2Options(0))) {
                out.write("one\ntwo\n".getBytes(UTF_8));
            }
            return List.of(gzip.toByteArray(), zstandard.toByteArray(), xz.toByteArray());
        }

        @Override
        void read(byte[] input) {
            Compression packing = PACKINGS.get(input.length == 0 ? 0 : (input[0] & 0xff) % PACKINGS.size());
            byte[] content = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
            Path name = Path.of("lines" + packing.suffix());
            try (LineInput lines = new LineInput(name, new ByteArrayInputStream(content))) {
                byte[] line = lines.next();
                // A small file can hold very much: the reader of records stops where it likes, too
                for (long bytes = 0; line != null && bytes < MOST_BYTES; line = lines.next()) {
                    bytes += line.length + 1L;
                }
            } catch (IOException e) {
                // refused
            }
        }
    },

    PARQUET("PAR1", "query", "document") {
        @Override
        List<byte[]> seeds() throws IOException {
            Path file = PLACE.resolve("seed.parquet");
            try (Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", new Properties());
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "COPY (SELECT 'ice' AS query, 'snow' AS document) TO '" + file + "' (FORMAT parquet)");
            } catch (SQLException e) {
                throw new IOException(e);
            }
            return List.of(Files.readAllBytes(file));
        }

        @Override
        void read(byte[] input) throws IOException {
            Path file = Files.write(PLACE.resolve("pairs.parquet"), input);
            inspect(new ParquetPairs(
                    "fuzzed", List.of(file), null, "query", "document", null, "en", SourceRules.USUAL));
        }
    },

    TOKENIZER(
            "\\\"type\\\":\\\"WordPiece\\\"",
            "\\\"type\\\":\\\"BPE\\\"",
            "\\\"post_processor\\\":",
            "\\\"TemplateProcessing\\\"",
            "\\\"unk_id\\\":",
            "2147483647",
            "-1",
            "null",
            "[]",
            "{}") {
        @Override
        List<byte[]> seeds() throws IOException {
            Path folder = Files.createTempDirectory(PLACE, "tokenizer");
            new TokenizerTrainer(300, 32)
                    .train(List.of("ice and snow", "Eis und Schnee").iterator(), folder);
            return List.of(Files.readAllBytes(folder.resolve(Tokenizer.FILE)));
        }

        @Override
        void read(byte[] input) throws IOException {
            Files.write(PLACE.resolve(Tokenizer.FILE), input);
            try (Tokenizer tokenizer = Tokenizer.open(PLACE)) {
                tokenizer.encode("ice and \u0000 snow");
                PrunedTokenizer.require(PLACE);
            } catch (InvalidTokenizerException e) {
                // refused
            }
        }
    },

    SAFETENSORS(
            "\\\"dtype\\\":\\\"F64\\\"",
            "\\\"shape\\\":[",
            "[9223372036854775807]",
            "\\\"data_offsets\\\":[0,",
            "\\\"F16\\\"") {
        @Override
        List<byte[]> seeds() {
            return List.of((SAFETENSORS_HEADER + "\0".repeat(32)).getBytes(UTF_8));
        }

        // The length of the header is put before it, so that more of the inputs are read further
        @Override
        void read(byte[] input) throws IOException {
            int end = input.length;
            while (end > 0 && input[end - 1] == 0) {
                end--;
            }
            ByteBuffer file = ByteBuffer.allocate(Long.BYTES + input.length).order(ByteOrder.LITTLE_ENDIAN);
            file.putLong(end).put(input);
            readSafetensors(file.array());
        }
    },

    SAFETENSORS_FILE("\\x00\\x00\\x00\\x00", "\\xff\\xff\\xff\\xff") {
        @Override
        List<byte[]> seeds() {
            byte[] header = SAFETENSORS_HEADER.getBytes(UTF_8);
            return List.of(ByteBuffer.allocate(Long.BYTES + header.length + 32)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .put(header)
                    .array());
        }

        @Override
        void read(byte[] input) throws IOException {
            readSafetensors(input);
        }
    },

    SAFETENSORS_INDEX("../", "/etc/passwd", "\\\"weight_map\\\":", ".safetensors\\\"", "\\\"a\\\":") {
        @Override
        List<byte[]> seeds() {
            return List.of("{\"metadata\":{},\"weight_map\":{\"a\":\"one.safetensors\"}}".getBytes(UTF_8));
        }

        @Override
        void read(byte[] input) throws IOException {
            byte[] header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}".getBytes(UTF_8);
            Files.write(
                    PLACE.resolve("one.safetensors"),
                    ByteBuffer.allocate(Long.BYTES + header.length + 4)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .put(header)
                            .array());
            Files.write(PLACE.resolve(SafetensorsFolder.INDEX), input);
            try {
                SafetensorsFolder.files(PLACE);
                try (TensorSource source = SafetensorsFolder.open(PLACE)) {
                    readAll(source);
                }
            } catch (IOException e) {
                // refused
            }
        }
    },

    TENSORFLOW_BLOCK("\\x08\\x01", "\\x12\\x04", "\\x00\\x01\\x00") {
        @Override
        List<byte[]> seeds() {
            CRC32C crc = new CRC32C();
            crc.update(new byte[Long.BYTES]);
            // A header; and a variable of single precision with two values at the beginning of the data, which are
            // zeros
            return List.of(joined(
                    entry("", new byte[] {8, 1, 26, 2, 8, 1}),
                    entry(
                            "a",
                            ByteBuffer.allocate(15)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .put(new byte[] {8, 1, 18, 4, 18, 2, 8, 2, 40, 8, 53})
                                    .putInt(TableWriter.masked(crc))
                                    .array()),
                    new byte[] {0, 0, 0, 0, 1, 0, 0, 0}));
        }

        // What is around the block is right, its checksum too, so that more of the inputs are read further
        @Override
        void read(byte[] input) throws IOException {
            readTensorFlow(TableWriter.table(input));
        }
    },

    TENSORFLOW_INDEX("\\x57\\xfb\\x80\\x8b\\x24\\x75\\x47\\xdb") {
        @Override
        List<byte[]> seeds() throws IOException {
            return List.of(TableWriter.table(TENSORFLOW_BLOCK.seeds().getFirst()));
        }

        @Override
        void read(byte[] input) throws IOException {
            readTensorFlow(input);
        }
    },

    ONNX("MatMul", "onnx::", "/MatMul") {
        @Override
        List<byte[]> seeds() {
            byte[] tensor = joined(
                    new byte[] {10, 2, 2, 1, 16, 1}, field(8, "onnx::MatMul_1".getBytes(UTF_8)), field(9, new byte[8]));
            byte[] node = joined(
                    field(1, "x".getBytes(UTF_8)),
                    field(1, "onnx::MatMul_1".getBytes(UTF_8)),
                    field(3, "/layer/MatMul".getBytes(UTF_8)),
                    field(4, "MatMul".getBytes(UTF_8)));
            return List.of(field(7, joined(field(5, tensor), field(1, node))));
        }

        @Override
        void read(byte[] input) throws IOException {
            Path file = Files.write(PLACE.resolve("model.onnx"), input);
            try (OnnxTensors tensors = new OnnxTensors(file)) {
                readAll(tensors);
            } catch (IOException e) {
                // refused
            }
        }
    },

    CONFIGURATION("\\\"model_type\\\":\\\"new\\\"", "\\\"hidden_size\\\":", "2147483647", "-1", "1e99", "null") {
        @Override
        List<byte[]> seeds() {
            return List.of(EncoderConfiguration.xlmRoberta(300, 16, 1, 2, 32, 32)
                    .toJson(false)
                    .getBytes(UTF_8));
        }

        @Override
        void read(byte[] input) {
            try {
                EncoderConfiguration.fromJson(new String(input, UTF_8));
            } catch (IllegalArgumentException e) {
                // refused
            }
        }
    },

    ARCHIVE("../", "/", "..\\\\", "config.json", "modules.json", "PK\\x03\\x04", "PK\\x01\\x02", "PK\\x05\\x06") {
        @Override
        List<byte[]> seeds() throws IOException {
            byte[] weights = SAFETENSORS_FILE.seeds().getFirst();
            return List.of(
                    zip("config.json", CONFIGURATION.seeds().getFirst(), "model.safetensors", weights),
                    zip(
                            "0_Transformer/config.json",
                            CONFIGURATION.seeds().getFirst(),
                            "modules.json",
                            "[{\"idx\":0,\"path\":\"0_Transformer\",\"type\":\"sentence_transformers.models.Transformer\"}]"
                                    .getBytes(UTF_8)));
        }

        @Override
        void read(byte[] input) throws IOException {
            Path place = Files.createTempDirectory(PLACE, "archive");
            try {
                ArchiveReader.read(place, input);
            } finally {
                FileUtils.deleteDirectory(place.toFile());
            }
        }
    },

    JUDGEMENTS("\\x0a", "\\x09", "NaN", "2147483648") {
        @Override
        List<byte[]> seeds() {
            return List.of("q1 0 d1 1\nq1 0 d2 0\nq2\t0\td1\t2\n".getBytes(UTF_8));
        }

        @Override
        void read(byte[] input) {
            try {
                Qrels.read(Files.write(PLACE.resolve("qrels"), input));
            } catch (IOException e) {
                // refused
            }
        }
    },

    RANKINGS("\\x0a", "\\x09", "NaN", "Infinity", "1e400") {
        @Override
        List<byte[]> seeds() {
            return List.of("q1 Q0 d1 1 0.5 firn\nq1 Q0 d2 2 0.25 firn\n".getBytes(UTF_8));
        }

        @Override
        void read(byte[] input) {
            try {
                TrecRun.read(Files.write(PLACE.resolve("run"), input));
            } catch (IOException e) {
                // refused
            }
        }
    },

    /** Byte ranges and cursors. */
    PARTS_OF_REQUESTS("bytes=", "-", "999999999999999999", "AAAA", "=", "_") {
        @Override
        List<byte[]> seeds() {
            return Stream.of(
                            "bytes=0-99",
                            "bytes=-5",
                            "bytes=7-",
                            Cursor.of(7).encoded(),
                            Cursor.of(new UUID(1, 2)).encoded())
                    .map(text -> text.getBytes(UTF_8))
                    .toList();
        }

        @Override
        void read(byte[] input) {
            String text = new String(input, UTF_8);
            try {
                Optional<ByteRange> range = ByteRange.parse(text, 100);
                if (range.isPresent()
                        && (range.get().first() < 0
                                || range.get().last() > 99
                                || range.get().length() < 1)) {
                    throw new IllegalStateException("a range outside of the file: " + range);
                }
            } catch (ProblemException e) {
                // refused
            }
            PageRequest page = new PageRequest(1, Optional.of(text));
            try {
                Cursor.number(page);
            } catch (InvalidCursorException e) {
                // refused
            }
            try {
                Cursor.id(page);
            } catch (InvalidCursorException e) {
                // refused
            }
        }
    };

    /** Where a reader that wants files finds its input; for one process only. */
    private static final Path PLACE = place();

    private static final String YAML = """
            specVersion: 1
            name: fuzzed
            seed: 1
            data:
              sources:
                - {type: jsonl, name: small, files: ["/data/pairs.jsonl"]}
              evaluation:
                - {name: held-out, folder: "/data/held-out", queryLanguage: en}
            tokenizer: {type: trained, vocabularySize: 600}
            encoder: {layers: 1, hiddenSize: 32, attentionHeads: 2, maximumTokens: 32}
            encoding: {maximumTokens: 32}
            initialise: {steps: 4, batchSize: 8, maximumTokens: 32, learningRate: 1e-3}
            filter:
              teacher: {type: onnx, folder: "/data", model: teacher.onnx, tokenizer: tokenizer.json}
            pretrain: &stage
              {steps: 4, batchSize: 8, temperature: 0.1, queryTokens: 16, documentTokens: 32, learningRate: 2e-3}
            mine: {depth: 10, negatives: 3}
            finetune: *stage
            register: {model: small, alias: champion}
            """;
    private static final String SAFETENSORS_HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]}}";
    private static final List<Compression> PACKINGS = List.of(Compression.values());
    private static final long MOST_BYTES = 1 << 24;
    private static final long MOST_VALUES = 1 << 20;

    private final List<String> words;

    /**
     * A reader.
     *
     * @param words as libFuzzer spells them in a dictionary, without the quotes
     */
    Reader(String... words) {
        this.words = List.of(words);
    }

    List<String> words() {
        return words;
    }

    /** Inputs that are right. */
    abstract List<byte[]> seeds() throws IOException;

    /** Reads an input. Refuses it in its own way, and throws nothing else. */
    abstract void read(byte[] input) throws IOException;

    private static Path place() {
        try {
            Path made = Files.createTempDirectory("firn-fuzz-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(made.toFile())));
            return made;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonLines lines(JsonLines.Format format, Path file) {
        return new JsonLines(format.name(), format, List.of(file), null, SourceRules.USUAL);
    }

    /** Looks at sources and the evaluation set beside them; faults are told, not thrown. */
    private static void inspect(DataSource... sources) throws IOException {
        new DatasetPreparer(new MavenArtifacts(PLACE, PLACE, List.of()))
                .inspect(new DatasetDefinition(
                        List.of(sources),
                        List.of(new EvaluationCollection(
                                "held-out", PLACE, null, CollectionLayout.BEIR, null, "en", "en")),
                        new TokenizerDefinition.Trained(300, 32),
                        "",
                        ""));
    }

    private static void readSafetensors(byte[] file) throws IOException {
        Files.write(PLACE.resolve(SafetensorsFolder.FILE), file);
        try (TensorSource source = SafetensorsFolder.open(PLACE)) {
            readAll(source);
        } catch (IOException e) {
            // refused
        }
    }

    private static void readTensorFlow(byte[] index) throws IOException {
        Files.write(PLACE.resolve("variables.data-00000-of-00001"), new byte[64]);
        Path file = Files.write(PLACE.resolve(TensorFlowBundle.INDEX), index);
        try (TensorFlowBundle bundle = TensorFlowBundle.open(file)) {
            readAll(bundle);
        } catch (IOException e) {
            // refused
        }
    }

    private static void readAll(TensorSource source) throws IOException {
        for (String name : source.names()) {
            long values = 1;
            for (long size : source.shape(name).orElseThrow()) {
                values = size == 0 ? 0 : values > MOST_VALUES ? values : values * Math.min(size, MOST_VALUES + 1);
            }
            if (values >= 0 && values <= MOST_VALUES) {
                try (Arena arena = Arena.ofConfined()) {
                    source.read(
                            name,
                            arena.allocate(Math.max(1, values) * Float.BYTES).asSlice(0, values * Float.BYTES));
                }
            }
        }
    }

    /** An entry of a block whose key shares nothing with the one before. */
    private static byte[] entry(String key, byte[] value) {
        return joined(new byte[] {0, (byte) key.length(), (byte) value.length}, key.getBytes(UTF_8), value);
    }

    /** A field of a message, as protocol buffers spell it. */
    private static byte[] field(int number, byte[] content) {
        return joined(new byte[] {(byte) (number << 3 | 2), (byte) content.length}, content);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] zip(String first, byte[] content, String second, byte[] other) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(first));
            zip.write(content);
            zip.putNextEntry(new ZipEntry(second));
            zip.write(other);
        }
        return out.toByteArray();
    }
}
