package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import dev.firn.training.artifact.MavenArtifacts;
import java.io.IOException;
import java.nio.file.Path;

/** Looks at the inputs of a dataset, and makes it. */
@SuppressWarnings("DoNotCallSuggester")
public final class DatasetPreparer {
    private final MavenArtifacts artifacts;

    public DatasetPreparer(MavenArtifacts artifacts) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
    }

    /** Reads every input once, without writing anything, and says all that is wrong with them. */
    public DataInspection inspect(DatasetDefinition definition) throws IOException {
        throw new UnsupportedOperationException("written next: " + artifacts.hashCode() + definition);
    }

    /**
     * Writes the dataset to a folder, which must not exist or be empty.
     *
     * @throws DataFaultException when an input is wrong
     */
    public PreparedDataset prepare(DatasetDefinition definition, Path folder, PreparationProgress progress)
            throws IOException {
        throw new UnsupportedOperationException("written next: " + definition + folder + progress);
    }
}
