package dev.firn.bench.peer;

/** What a process is started for. */
public enum PeerKind {
    /** Steps of training by Firn; a {@link TrainingWork}. */
    FIRN_TRAINING(true),
    /** The same, telling where the time goes, and a little slower for it. */
    FIRN_TRAINING_TIMED(true),
    /** Steps of training by PyTorch; a {@link TrainingWork}. */
    PYTORCH_TRAINING(false),
    /** Embedding by Firn; an {@link EncodingWork}. */
    FIRN_ENCODING(true),
    /** Embedding by ONNX Runtime, 32 texts at a time padded to the longest; an {@link EncodingWork}. */
    ONNX_PADDED(false),
    /** Embedding by ONNX Runtime, texts of one length at a time, so that nothing is padded; an {@link EncodingWork}. */
    ONNX_GROUPED(false),
    /** Contrastive steps by Firn; a {@link ContrastiveWork}. */
    FIRN_CONTRASTIVE(true),
    /** Filtering and mining by Firn, and the matrix product that bounds both; a {@link SearchWork}. */
    FIRN_SEARCH(true);

    private final boolean firn;

    PeerKind(boolean firn) {
        this.firn = firn;
    }

    /** Whether it is Firn itself, which is run in the environment that the launcher sets. */
    boolean isFirn() {
        return firn;
    }
}
