package dev.firn.training.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class EncoderConfigurationTest {
    // As in FacebookAI/xlm-roberta-base
    private static final String XLM_ROBERTA_BASE = """
            {"architectures": ["XLMRobertaForMaskedLM"], "attention_probs_dropout_prob": 0.1, "bos_token_id": 0,
             "eos_token_id": 2, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
             "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-05,
             "max_position_embeddings": 514, "model_type": "xlm-roberta", "num_attention_heads": 12,
             "num_hidden_layers": 12, "output_past": true, "pad_token_id": 1, "position_embedding_type": "absolute",
             "type_vocab_size": 1, "use_cache": true, "vocab_size": 250002}
            """;

    @Test
    void readsAHuggingFaceConfiguration() {
        EncoderConfiguration configuration = EncoderConfiguration.fromJson(XLM_ROBERTA_BASE);
        assertThat(configuration)
                .isEqualTo(new EncoderConfiguration(
                        EncoderFamily.XLM_ROBERTA, 250002, 768, 12, 12, 3072, 514, 1, 1, 1e-5, 0.02));
        assertThat(configuration.maximumTokens()).isEqualTo(512);
        assertThat(configuration.positionOffset()).isEqualTo(2);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        for (EncoderConfiguration configuration : new EncoderConfiguration[] {
            EncoderConfiguration.xlmRoberta(8000, 192, 3, 3, 768, 64), EncoderConfiguration.bert(100, 16, 1, 2, 32, 8)
        }) {
            assertThat(EncoderConfiguration.fromJson(configuration.toJson(true)))
                    .isEqualTo(configuration);
            assertThat(configuration.maximumTokens()).isIn(64, 8);
        }
    }

    @Test
    void namesEverythingThatIsMissingOrNotSupported() {
        assertThatThrownBy(() -> EncoderConfiguration.fromJson("""
                        {"model_type": "gpt2", "hidden_act": "relu", "position_embedding_type": "relative_key", "is_decoder": true,
                         "vocab_size": "many", "hidden_size": 768}
                        """))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model_type 'gpt2' is not supported")
                .hasMessageContaining("hidden_act 'relu' is not supported")
                .hasMessageContaining("position_embedding_type 'relative_key' is not supported")
                .hasMessageContaining("is_decoder true is not supported")
                .hasMessageContaining("vocab_size must be a whole number, is \"many\"")
                .hasMessageContaining("num_hidden_layers is missing");
        assertThatThrownBy(() -> EncoderConfiguration.fromJson("{")).hasMessageContaining("config.json is not JSON");
    }

    @Test
    void refusesShapesThatCannotBe() {
        assertThatThrownBy(() -> EncoderConfiguration.xlmRoberta(0, 10, 1, 3, -1, 8))
                .hasMessageContaining("vocabularySize must be above 0, is 0")
                .hasMessageContaining("intermediate must be above 0, is -1")
                .hasMessageContaining("hidden must be a multiple of heads, is 10 with 3")
                .hasMessageContaining("paddingToken must be in the vocabulary");
    }
}
