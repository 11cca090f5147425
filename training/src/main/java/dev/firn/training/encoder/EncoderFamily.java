package dev.firn.training.encoder;

import java.util.Arrays;
import java.util.Optional;

/** Families of post-norm encoders, as Hugging Face's {@code model_type} names them. */
public enum EncoderFamily {
    /** BERT: positions from 0. */
    BERT("bert", "BertModel", "BertForMaskedLM", "bert."),
    /** XLM-R: positions from the padding id + 1. */
    XLM_ROBERTA("xlm-roberta", "XLMRobertaModel", "XLMRobertaForMaskedLM", "roberta."),
    /** gte-multilingual's {@code new}: rotary positions, one projection of queries, keys and values, gated feed-forward. */
    GTE("new", "NewModel", "NewForMaskedLM", "new.");

    private final String modelType;
    private final String architecture;
    private final String maskedLanguageArchitecture;
    private final String prefix;

    EncoderFamily(String modelType, String architecture, String maskedLanguageArchitecture, String prefix) {
        this.modelType = modelType;
        this.architecture = architecture;
        this.maskedLanguageArchitecture = maskedLanguageArchitecture;
        this.prefix = prefix;
    }

    /** The {@code model_type} of a {@code config.json}. */
    public String modelType() {
        return modelType;
    }

    /** Whether the feed-forward is a gated unit without a bias at its entry (Shazeer 2020). */
    boolean gated() {
        return this == GTE;
    }

    String architecture(boolean maskedLanguageHead) {
        return maskedLanguageHead ? maskedLanguageArchitecture : architecture;
    }

    /** What tensor names of the encoder begin with when the file holds a masked language head too. */
    String prefix() {
        return prefix;
    }

    static Optional<EncoderFamily> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }
}
