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

    // As in Alibaba-NLP/gte-multilingual-base
    private static final String GTE_MULTILINGUAL_BASE = """
            {"architectures": ["NewModel"], "attention_probs_dropout_prob": 0.0, "hidden_act": "gelu",
             "hidden_dropout_prob": 0.1, "hidden_size": 768, "initializer_range": 0.02, "intermediate_size": 3072,
             "layer_norm_eps": 1e-12, "layer_norm_type": "layer_norm", "logn_attention_clip1": false,
             "logn_attention_scale": false, "max_position_embeddings": 8192, "model_type": "new",
             "num_attention_heads": 12, "num_hidden_layers": 12, "pack_qkv": true, "pad_token_id": 1,
             "position_embedding_type": "rope", "rope_scaling": {"factor": 8.0, "type": "ntk"}, "rope_theta": 20000,
             "torch_dtype": "float16", "type_vocab_size": 1, "unpad_inputs": false,
             "use_memory_efficient_attention": false, "vocab_size": 250048}
            """;

    @Test
    void readsTheConfigurationOfGte() {
        EncoderConfiguration configuration = EncoderConfiguration.fromJson(GTE_MULTILINGUAL_BASE);
        assertThat(configuration).isEqualTo(EncoderConfiguration.gte(250048, 768, 12, 12, 3072, 8192));
        assertThat(configuration.positionEncoding()).isEqualTo(new PositionEncoding.Rotary(20_000, 8));
        assertThat(configuration.maximumTokens()).isEqualTo(8192);
    }

    @Test
    void rotaryPositionsWithoutScalingAreReadAndWritten() {
        EncoderConfiguration configuration = EncoderConfiguration.fromJson(
                GTE_MULTILINGUAL_BASE.replace("{\"factor\": 8.0, \"type\": \"ntk\"}", "null"));
        assertThat(configuration.positionEncoding()).isEqualTo(new PositionEncoding.Rotary(20_000, 1));
        assertThat(EncoderConfiguration.fromJson(configuration.toJson(false))).isEqualTo(configuration);
    }

    @Test
    void namesEverythingOfGteThatIsNotSupported() {
        String other = GTE_MULTILINGUAL_BASE
                .replace(
                        "{\"factor\": 8.0, \"type\": \"ntk\"}",
                        "{\"factor\": \"8\", \"type\": \"yarn\", \"mixed_b\": 0.7}")
                .replace("\"layer_norm\"", "\"rms_norm\"")
                .replace("\"pack_qkv\": true", "\"pack_qkv\": false")
                .replace("\"logn_attention_scale\": false", "\"logn_attention_scale\": true")
                .replace("\"rope\"", "\"absolute\"")
                .replace("20000", "\"much\"");
        assertThatThrownBy(() -> EncoderConfiguration.fromJson(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("position_embedding_type 'absolute' is not supported (rope)")
                .hasMessageContaining("rope_theta must be a number, is \"much\"")
                .hasMessageContaining("rope_scaling of type 'yarn' is not supported (ntk)")
                .hasMessageContaining("rope_scaling with mixed_b is not supported")
                .hasMessageContaining("rope_scaling.factor must be a number, is \"8\"")
                .hasMessageContaining("layer_norm_type 'rms_norm' is not supported (layer_norm)")
                .hasMessageContaining("logn_attention_scale true is not supported")
                .hasMessageContaining("pack_qkv false is not supported");
        assertThatThrownBy(() -> EncoderConfiguration.fromJson(
                        GTE_MULTILINGUAL_BASE.replace("\"num_attention_heads\": 12", "\"num_attention_heads\": 256")))
                .hasMessageContaining("rotary positions need heads of an even width, not 3");
    }

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
            EncoderConfiguration.xlmRoberta(8000, 192, 3, 3, 768, 64),
            EncoderConfiguration.bert(100, 16, 1, 2, 32, 8),
            EncoderConfiguration.gte(100, 16, 1, 2, 32, 8)
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
                .hasMessageContaining("vocab_size must be above 0, is 0")
                .hasMessageContaining("intermediate_size must be above 0, is -1")
                .hasMessageContaining("hidden_size must be a multiple of num_attention_heads, is 10 with 3")
                .hasMessageContaining("pad_token_id must be in the vocabulary");
        assertThatThrownBy(() -> EncoderConfiguration.bert(10, 16, 2_000_000_000, 2, 32, 8))
                .hasMessage("num_hidden_layers must be at most 1000, is 2000000000");
    }
}
