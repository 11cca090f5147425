package dev.firn.training.data;

import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.ArtifactNotFoundException;
import dev.firn.training.artifact.MavenArtifacts;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The strings of a {@link MessageCatalogue}, split into those for training and those for evaluation. */
final class CatalogueContent {
    /** A string with fewer letters is no text to learn from; an ideograph counts as two. */
    static final int FEWEST_LETTERS = 3;

    private static final int LARGEST_ENTRY = 1 << 28;
    // {{name}}, ${name}, {0}, <1>, </a>, %s
    private static final Pattern NO_TEXT = Pattern.compile("\\{\\{[^}]*}}|\\$?\\{[^}]*}|<[^>]*>|%[sd]");

    private final MessageCatalogue catalogue;
    private final Map<String, NavigableMap<String, String>> strings;
    private final Set<String> heldBack;

    private CatalogueContent(MessageCatalogue catalogue, Map<String, NavigableMap<String, String>> strings) {
        this.catalogue = catalogue;
        this.strings = strings;
        Set<String> paired = new TreeSet<>();
        strings.values()
                .forEach(byKey -> byKey.keySet().stream()
                        .filter(key -> byKey.containsKey(key + catalogue.passageSuffix()))
                        .forEach(key -> paired.add(baseKey(key))));
        paired.removeIf(key -> !isHeldBack(key, catalogue.evaluationShare()));
        this.heldBack = paired;
    }

    /** Reads all languages, or says what is wrong and gives null. */
    static CatalogueContent read(
            MessageCatalogue catalogue, MavenArtifacts artifacts, FaultCollector faults, InputDigest digest)
            throws IOException {
        Path jar;
        try {
            jar = artifacts.resolve(catalogue.artifact());
        } catch (ArtifactNotFoundException | IllegalArgumentException e) {
            faults.add("/artifact", e.getMessage());
            return null;
        }
        if (!catalogue.entries().contains(MessageCatalogue.LANGUAGE)) {
            faults.add("/entries", "lacks " + MessageCatalogue.LANGUAGE + ", where a file's language stands");
            return null;
        }
        Map<String, String> pointers = new LinkedHashMap<>();
        for (int i = 0; i < catalogue.languages().size(); i++) {
            pointers.putIfAbsent(catalogue.languages().get(i), "/languages/" + i);
        }
        for (int i = 0; i < catalogue.evaluationLanguages().size(); i++) {
            String pointer = "/evaluationLanguages/" + i;
            if (pointers.putIfAbsent(catalogue.evaluationLanguages().get(i), pointer) != null) {
                faults.add(pointer, catalogue.evaluationLanguages().get(i) + " is named twice, or trained on");
            }
        }
        pointers.putIfAbsent(catalogue.referenceLanguage(), "/referenceLanguage");

        Map<String, NavigableMap<String, String>> strings = new LinkedHashMap<>();
        try (ArtifactArchive archive = new ArtifactArchive(jar)) {
            for (Map.Entry<String, String> language : pointers.entrySet()) {
                String entry = catalogue.entry(language.getKey());
                String place = catalogue.artifact() + "!" + entry;
                try {
                    byte[] bytes = archive.read(entry, LARGEST_ENTRY);
                    digest.add(entry, TextDigest.sha256().digest(bytes));
                    strings.put(language.getKey(), parse(decode(bytes)));
                } catch (FileNotFoundException e) {
                    faults.add(language.getValue(), place + ": there is no such file in the artifact");
                } catch (IOException | IllegalArgumentException e) {
                    faults.add(language.getValue(), place + ": " + e.getMessage());
                }
            }
        } catch (IOException e) {
            faults.add("/artifact", catalogue.artifact() + " cannot be read as a jar: " + e.getMessage());
        }
        return faults.any() ? null : new CatalogueContent(catalogue, strings);
    }

    private static String decode(byte[] bytes) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer input = ByteBuffer.wrap(bytes);
        CharBuffer output = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(input, output, true);
        if (result.isError()) {
            long line = 1;
            for (int i = 0; i < input.position(); i++) {
                if (bytes[i] == '\n') {
                    line++;
                }
            }
            throw new IOException("line " + line + " is not UTF-8");
        }
        return output.flip().toString();
    }

    private static NavigableMap<String, String> parse(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        NavigableMap<String, String> strings = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> {
            String value = properties.getProperty(key).strip();
            if (!value.isEmpty()) {
                strings.put(key, value);
            }
        });
        return strings;
    }

    private String baseKey(String key) {
        String base = key;
        while (base.length() > catalogue.passageSuffix().length() && base.endsWith(catalogue.passageSuffix())) {
            base = base.substring(0, base.length() - catalogue.passageSuffix().length());
        }
        return base;
    }

    /** Whether a base key is one of those in {@code share} that its hash holds back. */
    static boolean isHeldBack(String baseKey, int share) {
        return Long.remainderUnsigned(TextDigest.of(baseKey).high() >>> 32, share) == 0;
    }

    boolean isHeldBack(String key) {
        return heldBack.contains(baseKey(key));
    }

    /** Gives every string of a held-back key, in every language, to be kept out of training. */
    void heldBackTexts(Consumer<String> texts) {
        strings.values()
                .forEach(byKey -> byKey.forEach((key, text) -> {
                    if (isHeldBack(key)) {
                        texts.accept(text);
                    }
                }));
    }

    /** Writes the evaluation sets: each language's own, then each language against the reference language. */
    List<DatasetSummary.EvaluationSummary> writeEvaluations(EvaluationSink sink, FaultCollector faults)
            throws IOException {
        List<DatasetSummary.EvaluationSummary> written = new ArrayList<>();
        Set<String> languages = new LinkedHashSet<>(catalogue.languages());
        languages.addAll(catalogue.evaluationLanguages());
        for (String language : languages) {
            if (evaluationPairs(language, language, null) == 0) {
                int index = catalogue.evaluationLanguages().indexOf(language);
                if (index >= 0) {
                    faults.add(
                            "/evaluationLanguages/" + index,
                            catalogue.artifact() + " has no label with a passage in " + language
                                    + " among the keys for the evaluation");
                }
                continue;
            }
            written.add(write(sink, catalogue.name() + "/" + language, language, language));
        }
        for (String language : languages) {
            if (!language.equals(catalogue.referenceLanguage())
                    && evaluationPairs(language, catalogue.referenceLanguage(), null) > 0) {
                written.add(write(
                        sink,
                        catalogue.name() + "/" + language + "→" + catalogue.referenceLanguage(),
                        language,
                        catalogue.referenceLanguage()));
            }
        }
        if (written.isEmpty() && !faults.any()) {
            faults.add("", catalogue.artifact() + " has no label with a passage among the keys for the evaluation");
        }
        return written;
    }

    private DatasetSummary.EvaluationSummary write(
            EvaluationSink sink, String name, String queryLanguage, String documentLanguage) throws IOException {
        EvaluationKind kind = queryLanguage.equals(documentLanguage) ? EvaluationKind.OWN : EvaluationKind.CROSS;
        try (EvaluationWriter writer = sink.begin(name, kind, queryLanguage, documentLanguage)) {
            // All passages that can be asked for in their language, also those whose label is missing in the query's
            for (Map.Entry<String, String> label : strings.get(documentLanguage).entrySet()) {
                String passage = passage(documentLanguage, label.getKey());
                if (isHeldBack(label.getKey()) && passage != null) {
                    writer.document(label.getKey(), passage);
                }
            }
            evaluationPairs(queryLanguage, documentLanguage, writer);
            return writer.finish();
        }
    }

    /** The number of queries of a set; adds them and their judgements to a writer when there is one. */
    private int evaluationPairs(String queryLanguage, String documentLanguage, EvaluationWriter writer) {
        boolean cross = !queryLanguage.equals(documentLanguage);
        int pairs = 0;
        for (Map.Entry<String, String> label : strings.get(queryLanguage).entrySet()) {
            String key = label.getKey();
            if (!isHeldBack(key) || !strings.get(documentLanguage).containsKey(key + catalogue.passageSuffix())) {
                continue;
            }
            boolean untranslated = cross ? isUntranslated(queryLanguage, key) : passage(documentLanguage, key) == null;
            if (untranslated) {
                if (writer != null) {
                    writer.drop("untranslated");
                }
                continue;
            }
            // A passage of the reference language can lack its label there
            if (writer != null) {
                if (!writer.hasDocument(key)) {
                    writer.drop("passageWithoutLabel");
                    continue;
                }
                writer.query(key, label.getValue());
                writer.judge(key, key, 1);
            }
            pairs++;
        }
        return pairs;
    }

    /** The passage of a label in a language, or null when there is none or it is not in that language. */
    private String passage(String language, String label) {
        String key = label + catalogue.passageSuffix();
        return isUntranslated(language, key) ? null : strings.get(language).get(key);
    }

    private boolean isUntranslated(String language, String key) {
        return !language.equals(catalogue.referenceLanguage())
                && strings.get(language).containsKey(key)
                && strings.get(language)
                        .get(key)
                        .equals(strings.get(catalogue.referenceLanguage()).get(key));
    }

    /** Gives everything for training to a filter. */
    void writeTraining(TrainingFilter filter) throws IOException {
        for (String language : catalogue.languages()) {
            writePassages(language, filter);
        }
        for (int first = 0; first < catalogue.languages().size(); first++) {
            for (int second = first + 1; second < catalogue.languages().size(); second++) {
                writeTranslations(
                        catalogue.languages().get(first), catalogue.languages().get(second), filter);
            }
        }
        for (String language : catalogue.languages()) {
            for (Map.Entry<String, String> string : strings.get(language).entrySet()) {
                if (isForTraining(string.getKey()) && letters(string.getValue()) >= FEWEST_LETTERS) {
                    filter.text(new LanguageText(textLanguage(language, string.getKey()), string.getValue()));
                }
            }
        }
    }

    private boolean isForTraining(String key) {
        return !isHeldBack(key);
    }

    /** The language that a string is in: the reference language when it is not translated. */
    private String textLanguage(String language, String key) {
        return isUntranslated(language, key) ? catalogue.referenceLanguage() : language;
    }

    private void writePassages(String language, TrainingFilter filter) throws IOException {
        String source = catalogue.name() + "/passages/" + language;
        for (Map.Entry<String, String> label : strings.get(language).entrySet()) {
            String key = label.getKey();
            if (!isForTraining(key) || !strings.get(language).containsKey(key + catalogue.passageSuffix())) {
                continue;
            }
            String passage = passage(language, key);
            if (passage == null) {
                filter.drop(source, language, "untranslated");
            } else if (letters(passage) < FEWEST_LETTERS) {
                filter.drop(source, language, "tooShort");
            } else {
                filter.pair(
                        source,
                        language,
                        new LanguageText(textLanguage(language, key), label.getValue()),
                        new LanguageText(language, passage));
            }
        }
    }

    private void writeTranslations(String first, String second, TrainingFilter filter) throws IOException {
        String languages = first + "-" + second;
        String source = catalogue.name() + "/translations/" + languages;
        for (Map.Entry<String, String> string : strings.get(first).entrySet()) {
            String key = string.getKey();
            String other = strings.get(second).get(key);
            if (other == null || !isForTraining(key)) {
                continue;
            }
            if (isUntranslated(first, key) || isUntranslated(second, key)) {
                filter.drop(source, languages, "untranslated");
            } else if (Math.min(letters(string.getValue()), letters(other)) < FEWEST_LETTERS) {
                filter.drop(source, languages, "tooShort");
            } else {
                LanguageText one = new LanguageText(first, string.getValue());
                LanguageText two = new LanguageText(second, other);
                // By the texts, not the key: the same two texts under another key are then the same pair
                boolean turned = (TextDigest.of(one.text(), two.text()).low() & 1) == 1;
                filter.pair(source, languages, turned ? two : one, turned ? one : two);
            }
        }
    }

    /** Letters of a text without placeholders and markup; an ideograph counts as two. */
    static int letters(String text) {
        return NO_TEXT.matcher(text)
                .replaceAll(" ")
                .codePoints()
                .map(point -> Character.isIdeographic(point) ? 2 : Character.isLetter(point) ? 1 : 0)
                .sum();
    }
}
