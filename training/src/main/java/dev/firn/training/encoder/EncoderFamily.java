package dev.firn.training.encoder;

import java.util.Arrays;
import java.util.Optional;

/** Families of post-norm encoders. */
public enum EncoderFamily {
    /** BERT: positions from 0. */
    BERT("bert", "bert", "BertModel", "BertForMaskedLM", "bert."),
    /** XLM-R: positions from the padding id + 1. */
    XLM_ROBERTA("xlm-roberta", "xlm-roberta", "XLMRobertaModel", "XLMRobertaForMaskedLM", "roberta."),
    /** gte-multilingual's {@code new}: rotary positions, one projection of queries, keys and values, gated feed-forward. */
    GTE("gte", "new", "NewModel", "NewForMaskedLM", "new.");

    private final String word;
    private final String modelType;
    private final String architecture;
    private final String maskedLanguageArchitecture;
    private final String prefix;

    EncoderFamily(
            String word, String modelType, String architecture, String maskedLanguageArchitecture, String prefix) {
        this.word = word;
        this.modelType = modelType;
        this.architecture = architecture;
        this.maskedLanguageArchitecture = maskedLanguageArchitecture;
        this.prefix = prefix;
    }

    /** What a specification calls it. */
    public String word() {
        return word;
    }

    /**
     * The family that a specification names.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static EncoderFamily of(String word) {
        return Arrays.stream(values())
                .filter(family -> family.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no family of encoders " + word));
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
