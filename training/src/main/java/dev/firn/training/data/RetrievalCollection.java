package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import dev.firn.training.data.RecordReader.WrongRecordException;
import dev.firn.training.evaluation.EvaluationCorpus;
import dev.firn.training.evaluation.EvaluationQueries;
import dev.firn.training.evaluation.EvaluationSet;
import dev.firn.training.measure.Qrels;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Evaluation sets read from a folder as their makers give them, nothing merged or left out, so that figures are those that others
 * get. Ids, queries and judgements are on the heap, documents in files of a scratch folder until this is closed.
 */
public final class RetrievalCollection implements AutoCloseable {
    private final Arena arena;
    private final List<EvaluationSet> sets;
    private final List<String> notes;

    private RetrievalCollection(Arena arena, List<EvaluationSet> sets, List<String> notes) {
        this.arena = arena;
        this.sets = List.copyOf(sets);
        this.notes = List.copyOf(notes);
    }

    /**
     * What is read from a folder.
     *
     * @param name of the set; sets by language are named {@code name/language}
     * @param layout null: as the folder looks
     * @param language of documents and queries where the layout does not tell it
     * @param split such as {@code test}; null for the usual one
     * @param languages only the sets of these, where the layout has several; all when empty
     * @param queryPrompt stands before each query
     * @param ignoreIdenticalIds see {@link EvaluationSet#ignoreIdenticalIds()}
     */
    public record Selection(
            String name,
            CollectionLayout layout,
            String language,
            String split,
            List<String> languages,
            String queryPrompt,
            boolean ignoreIdenticalIds,
            BadRecords badRecords) {
        public Selection {
            requireNonNull(queryPrompt, "queryPrompt is null");
            requireNonNull(name, "name is null");
            requireNonNull(language, "language is null");
            requireNonNull(badRecords, "badRecords is null");
            languages = List.copyOf(languages);
        }
    }

    /**
     * Reads all sets of a folder.
     *
     * @param scratch an existing folder, whose content the caller deletes after {@link #close}
     * @throws DataFaultException when anything is wrong with the data; says everything that is
     */
    // The arena is the collection's own, closed with it
    @SuppressWarnings("MustBeClosedChecker")
    public static RetrievalCollection read(Path folder, Selection selection, Path scratch) throws IOException {
        List<DataFault> faults = new ArrayList<>();
        FaultCollector collector = new FaultCollector(DataFault.Section.EVALUATIONS, 0, faults, selection.badRecords());
        List<CollectionLayout.Located> located = locate(folder, selection, collector);
        Arena arena = Arena.ofShared();
        try {
            List<EvaluationSet> sets = new ArrayList<>();
            List<String> notes = new ArrayList<>();
            for (CollectionLayout.Located each : located) {
                Path place = Files.createDirectory(scratch.resolve("set" + sets.size()));
                readSet(each, selection, collector, place, arena, notes).ifPresent(sets::add);
            }
            if (!faults.isEmpty()) {
                throw new DataFaultException(faults);
            }
            if (collector.skipped() > 0) {
                notes.add(collector.skipped() + " bad records are left out: "
                        + String.join("; ", collector.skippedRecords())
                        + (collector.skipped() > collector.skippedRecords().size() ? "; and others" : ""));
            }
            return new RetrievalCollection(arena, sets, notes);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static List<CollectionLayout.Located> locate(Path folder, Selection selection, FaultCollector faults)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            faults.add("", folder + ": there is no such folder");
            return List.of();
        }
        Optional<CollectionLayout> layout = Optional.ofNullable(selection.layout());
        if (layout.isEmpty()) {
            layout = CollectionLayout.detect(folder);
        }
        if (layout.isEmpty()) {
            faults.add(
                    "",
                    folder + ": has neither BEIR's corpus.jsonl, nor TREC's topics and corpus, nor MIRACL's"
                            + " miracl-v1.0-LANGUAGE folders");
            return List.of();
        }
        List<CollectionLayout.Located> located = layout.get().locate(folder, selection.split()).stream()
                .filter(each -> each.language() == null
                        || selection.languages().isEmpty()
                        || selection.languages().contains(each.language()))
                .toList();
        if (located.isEmpty()) {
            faults.add("", folder + ": has no set of the languages " + String.join(", ", selection.languages()));
        }
        return located;
    }

    private static Optional<EvaluationSet> readSet(
            CollectionLayout.Located located,
            Selection selection,
            FaultCollector faults,
            Path place,
            Arena arena,
            List<String> notes)
            throws IOException {
        String language = located.language() == null ? selection.language() : located.language();
        String name = located.language() == null ? selection.name() : selection.name() + "/" + language;
        InputDigest digest = new InputDigest();
        List<String> documentIds = new ArrayList<>();
        DigestIndex knownDocuments = new DigestIndex();
        StoredTexts documents = new StoredTexts(place.resolve("documents"));
        try (documents) {
            for (Path file : located.corpus()) {
                TextRecords.texts(file, "/corpus", "corpus", faults, digest, (id, text) -> {
                    if (knownDocuments.add(TextDigest.of(id)) != DigestIndex.ABSENT) {
                        throw new WrongRecordException("the id " + id + " is taken by an earlier record");
                    }
                    documentIds.add(id);
                    documents.add(text);
                });
            }
        }
        Map<String, String> queries = new LinkedHashMap<>();
        for (Path file : located.queries()) {
            TextRecords.texts(file, "/queries", "queries", faults, digest, (id, text) -> {
                if (queries.putIfAbsent(id, selection.queryPrompt() + text) != null) {
                    throw new WrongRecordException("the id " + id + " is taken by an earlier record");
                }
            });
        }
        boolean readable = !faults.any();
        Qrels.Builder judgements = Qrels.builder();
        Set<String> judged = new HashSet<>();
        for (Path file : located.judgements()) {
            TextRecords.judgements(file, "/qrels", "qrels", faults, digest, (query, document, relevance) -> {
                if (readable && !queries.containsKey(query)) {
                    throw new WrongRecordException("there is no query " + query);
                }
                if (readable && !knownDocuments.contains(TextDigest.of(document))) {
                    throw new WrongRecordException("there is no document " + document);
                }
                try {
                    judgements.add(query, document, relevance);
                } catch (IllegalArgumentException e) {
                    throw new WrongRecordException(e.getMessage());
                }
                judged.add(query);
            });
        }
        if (faults.any()) {
            return Optional.empty();
        }
        String files = located.judgements().stream().map(Path::toString).collect(Collectors.joining(", "));
        if (judged.isEmpty()) {
            faults.add("/qrels", files + ": no query has a judgement");
            return Optional.empty();
        }
        if (judged.size() < queries.size()) {
            notes.add("%s: %d of %d queries have no judgement and are not searched"
                    .formatted(name, queries.size() - judged.size(), queries.size()));
            queries.keySet().retainAll(judged);
        }
        return Optional.of(new EvaluationSet(
                name,
                new EvaluationQueries(language, List.copyOf(queries.keySet()), List.copyOf(queries.values())),
                new EvaluationCorpus(language, documentIds, documents.map(arena)),
                judgements.build(),
                selection.ignoreIdenticalIds()));
    }

    public List<EvaluationSet> sets() {
        return sets;
    }

    /** What a user should know of what was left out, a line each. */
    public List<String> notes() {
        return notes;
    }

    @Override
    public void close() {
        arena.close();
    }
}
