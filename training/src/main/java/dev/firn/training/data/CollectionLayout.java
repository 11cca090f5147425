package dev.firn.training.data;

import dev.firn.training.lines.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a folder with documents, queries and judgements is laid out. */
public enum CollectionLayout {
    /** {@code corpus.jsonl}, {@code queries.jsonl}, {@code qrels/SPLIT.tsv} or {@code qrels.tsv}. */
    BEIR,
    /** {@code topics*}, {@code qrels*}, {@code corpus*} (or {@code queries*}, {@code documents*}, {@code docs*}): files or folders. */
    TREC,
    /**
     * {@code miracl-v1.0-LANGUAGE/topics/*-SPLIT.tsv} and {@code qrels/*-SPLIT.tsv}, {@code miracl-corpus-v1.0-LANGUAGE/docs-*},
     * in the folder itself or in folders in it; a set for each language.
     */
    MIRACL;

    /** Files are looked for so many levels below the folder that is named, no deeper. */
    static final int DEEPEST = 4;

    private static final Pattern MIRACL_FOLDER = Pattern.compile("miracl-v1\\.0-([a-z]{2,3})");

    /** The word used in options. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one of a word; empty for another word. */
    public static Optional<CollectionLayout> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    /** The words of all, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(CollectionLayout::word).collect(Collectors.joining(", "));
    }

    /**
     * The files of one set of queries, documents and judgements.
     *
     * @param language null where the layout does not tell
     */
    record Located(String language, List<Path> corpus, List<Path> queries, List<Path> judgements) {
        Located {
            corpus = List.copyOf(corpus);
            queries = List.copyOf(queries);
            judgements = List.copyOf(judgements);
        }
    }

    /** What a folder looks like; empty when like none of them. */
    static Optional<CollectionLayout> detect(Path folder) throws IOException {
        if (!miracl(folder).isEmpty()) {
            return Optional.of(MIRACL);
        }
        if (Files.isRegularFile(Compression.existing(folder, List.of("corpus.jsonl")))) {
            return Optional.of(BEIR);
        }
        if (!entries(folder, "topics", "queries").isEmpty()
                && !entries(folder, "corpus", "documents", "docs").isEmpty()) {
            return Optional.of(TREC);
        }
        // Its documents may lie in another folder, or are missing
        return Files.isRegularFile(Compression.existing(folder, List.of("queries.jsonl")))
                ? Optional.of(BEIR)
                : Optional.empty();
    }

    /**
     * The files of a folder's sets; files that are not there are among them where it is clear what they would be named.
     *
     * @param split such as {@code test} or {@code train}; null for the usual one
     */
    List<Located> locate(Path folder, String split) throws IOException {
        return switch (this) {
            case BEIR ->
                List.of(new Located(
                        null,
                        List.of(Compression.existing(folder, List.of("corpus.jsonl"))),
                        List.of(Compression.existing(folder, List.of("queries.jsonl"))),
                        List.of(Compression.existing(
                                folder,
                                split == null
                                        ? List.of("qrels/test.tsv", "qrels/dev.tsv", "qrels.tsv")
                                        : List.of("qrels/" + split + ".tsv")))));
            case TREC -> {
                List<Path> queries = entries(folder, "topics", "queries");
                List<Path> judgements = entries(folder, "qrels");
                yield List.of(new Located(
                        null,
                        orNamed(entries(folder, "corpus", "documents", "docs"), folder, "corpus"),
                        orNamed(ofSplit(queries, split), folder, "topics"),
                        orNamed(ofSplit(judgements, split), folder, "qrels")));
            }
            case MIRACL -> {
                List<Located> located = new ArrayList<>();
                for (Path set : miracl(folder)) {
                    Matcher name = MIRACL_FOLDER.matcher(set.getFileName().toString());
                    String language = name.matches() ? name.group(1) : "";
                    String end = "miracl-v1.0-" + language + "-" + (split == null ? "dev" : split) + ".tsv";
                    located.add(new Located(
                            language,
                            miraclCorpus(folder, language),
                            List.of(Compression.existing(set, List.of("topics/topics." + end))),
                            List.of(Compression.existing(set, List.of("qrels/qrels." + end)))));
                }
                yield located;
            }
        };
    }

    private static List<Path> miracl(Path folder) throws IOException {
        return within(folder, MIRACL_FOLDER);
    }

    private static List<Path> miraclCorpus(Path folder, String language) throws IOException {
        String name = "miracl-corpus-v1.0-" + language;
        List<Path> folders = within(folder, Pattern.compile(Pattern.quote(name)));
        if (folders.isEmpty()) {
            return List.of(folder.resolve(name).resolve("docs-0.jsonl.gz"));
        }
        return orNamed(entries(folders.getFirst(), "docs"), folders.getFirst(), "docs-0.jsonl.gz");
    }

    /** Folders of a name in a folder, or in the folders in it. */
    private static List<Path> within(Path folder, Pattern name) throws IOException {
        try (Stream<Path> paths = Files.walk(folder, 2)) {
            return paths.filter(Files::isDirectory)
                    .filter(path -> name.matcher(path.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> ofSplit(List<Path> files, String split) {
        return split == null
                ? files
                : files.stream()
                        .filter(file -> file.getFileName().toString().contains(split))
                        .toList();
    }

    private static List<Path> orNamed(List<Path> files, Path folder, String name) {
        return files.isEmpty() ? List.of(folder.resolve(name)) : files;
    }

    /** The files whose names begin so, and those in folders of such names, in the order of their names. */
    private static List<Path> entries(Path folder, String... beginnings) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String beginning : beginnings) {
            List<Path> named;
            try (Stream<Path> paths = Files.list(folder)) {
                named = paths.filter(path -> path.getFileName().toString().startsWith(beginning))
                        .sorted()
                        .toList();
            }
            for (Path path : named) {
                try (Stream<Path> files = Files.walk(path, DEEPEST - 1)) {
                    files.filter(Files::isRegularFile).sorted().forEach(found::add);
                }
            }
            if (!found.isEmpty()) {
                break;
            }
        }
        return found;
    }
}
