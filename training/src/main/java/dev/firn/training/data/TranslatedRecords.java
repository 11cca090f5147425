package dev.firn.training.data;

import dev.firn.training.data.RecordReader.WrongRecordException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the records that are translations of each other. Texts lie in files of a folder; 20 to 30 bytes a record are on the
 * heap.
 */
final class TranslatedRecords implements AutoCloseable {
    /** Takes what was found, languages in the order of their tags, records in the order of their lines. */
    interface Consumer {
        void pair(String language, LanguageText query, LanguageText document) throws IOException;

        /** Two records that give no pair. */
        void drop(String language, String reason);
    }

    private final Translations translations;
    private final Path folder;
    private final Map<String, Records> languages = new TreeMap<>();

    TranslatedRecords(Translations translations, Path folder) {
        this.translations = translations;
        this.folder = folder;
    }

    /** The records of one language. */
    private static final class Records implements AutoCloseable {
        private final DigestIndex ids = new DigestIndex();
        private final BitSet repeated = new BitSet();
        private final StoredTexts keys;
        private final StoredTexts queries;
        private final StoredTexts documents;

        Records(Path folder) throws IOException {
            Files.createDirectory(folder);
            keys = new StoredTexts(folder.resolve("keys"));
            queries = new StoredTexts(folder.resolve("queries"));
            documents = new StoredTexts(folder.resolve("documents"));
        }

        void add(String key, String query, String document) throws IOException {
            int known = ids.add(TextDigest.of(key));
            if (known == DigestIndex.ABSENT) {
                keys.add(key);
                queries.add(query);
                documents.add(document);
            } else {
                repeated.set(known);
            }
        }

        @Override
        public void close() throws IOException {
            try (keys;
                    queries;
                    documents) {
                // Closing is all
            }
        }
    }

    /** The texts of one language, mapped. */
    private record Texts(List<String> keys, List<String> queries, List<String> documents) {
        static Texts of(Records records, Arena arena) throws IOException {
            records.close();
            return new Texts(records.keys.map(arena), records.queries.map(arena), records.documents.map(arena));
        }
    }

    void add(String language, String id, String query, String document) throws IOException, WrongRecordException {
        String key = translations.common(id);
        if (key == null) {
            throw new WrongRecordException("the id " + id + " has nothing behind a \"" + translations.idAfter()
                    + "\", which translations.idAfter asks for");
        }
        Records records = languages.get(language);
        if (records == null) {
            records = new Records(folder.resolve("language" + languages.size()));
            languages.put(language, records);
        }
        records.add(key, query, document);
    }

    /** Whether any record was in the reference language. */
    boolean hasReference() {
        return languages.containsKey(translations.referenceLanguage());
    }

    /** Gives all pairs; once, after the last record. */
    void pairs(Consumer consumer) throws IOException {
        Records reference = languages.get(translations.referenceLanguage());
        if (reference == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            Texts referenceTexts = Texts.of(reference, arena);
            for (Map.Entry<String, Records> language : languages.entrySet()) {
                if (language.getValue() != reference) {
                    pairs(language.getKey(), language.getValue(), reference, referenceTexts, consumer);
                }
            }
        }
    }

    private void pairs(String language, Records records, Records reference, Texts referenceTexts, Consumer consumer)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Texts texts = Texts.of(records, arena);
            for (int row = 0; row < texts.keys().size(); row++) {
                int other = reference.ids.find(TextDigest.of(texts.keys().get(row)));
                if (other == DigestIndex.ABSENT) {
                    consumer.drop(language, "noTranslation");
                } else if (records.repeated.get(row) || reference.repeated.get(other)) {
                    consumer.drop(language, "repeatedId");
                } else {
                    pair(language, texts, row, referenceTexts, other, consumer);
                }
            }
        }
    }

    private void pair(String language, Texts texts, int row, Texts referenceTexts, int other, Consumer consumer)
            throws IOException {
        String query = texts.queries().get(row);
        String document = texts.documents().get(row);
        String referenceQuery = referenceTexts.queries().get(other);
        String referenceDocument = referenceTexts.documents().get(other);
        String reference = translations.referenceLanguage();
        // With one of the two left untranslated it would be a pair of one language
        if (query.equals(referenceQuery) || document.equals(referenceDocument)) {
            consumer.drop(language, "untranslated");
        } else {
            consumer.pair(language, new LanguageText(language, query), new LanguageText(reference, referenceDocument));
            consumer.pair(language, new LanguageText(reference, referenceQuery), new LanguageText(language, document));
        }
    }

    @Override
    public void close() throws IOException {
        for (Records records : languages.values()) {
            records.close();
        }
    }
}
