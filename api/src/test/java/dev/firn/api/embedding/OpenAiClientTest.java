package dev.firn.api.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnprocessableEntityException;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams.EncodingFormat;
import com.openai.models.models.Model;
import dev.firn.api.FirnTestResource;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own client against the server. */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class OpenAiClientTest {
    private static final List<String> TEXTS = List.of("the first text", "a second and longer text");

    @TempDir
    Path folder;

    @Inject
    ArtifactStore artifacts;

    @Inject
    ModelStore models;

    @TestHTTPResource("/v1")
    URI server;

    private OpenAIClient client;
    private String model;

    @BeforeEach
    void connect() throws IOException {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(server.toString())
                .apiKey("none is needed")
                .maxRetries(0)
                .build();
        model = SmallModel.register(models, artifacts, SmallModel.folder(folder, 1)) + "@1";
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void embedsOneTextAndSeveralInBothEncodings() {
        CreateEmbeddingResponse one = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(model)
                        .input(TEXTS.getFirst())
                        .build());
        CreateEmbeddingResponse floats = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(model)
                        .inputOfArrayOfStrings(TEXTS)
                        .encodingFormat(EncodingFormat.FLOAT)
                        .user("somebody")
                        .build());
        CreateEmbeddingResponse base64 = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(model)
                        .inputOfArrayOfStrings(TEXTS)
                        .encodingFormat(EncodingFormat.BASE64)
                        .build());

        assertThat(one.data()).hasSize(1);
        assertThat(one.data().getFirst().embedding()).hasSize(SmallModel.WIDTH);
        assertThat(floats.model()).isEqualTo(model);
        assertThat(floats.usage().promptTokens())
                .isPositive()
                .isEqualTo(floats.usage().totalTokens());
        for (int text = 0; text < TEXTS.size(); text++) {
            assertThat(floats.data().get(text).index()).isEqualTo(text);
            List<Float> vector = floats.data().get(text).embedding();
            List<Float> same = base64.data().get(text).embedding();
            assertThat(same).hasSameSizeAs(vector);
            for (int i = 0; i < vector.size(); i++) {
                assertThat(same.get(i)).isCloseTo(vector.get(i), within(1e-6f));
            }
        }
    }

    @Test
    void keepsTheDimensionsAskedFor() {
        CreateEmbeddingResponse answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model(model)
                        .input(TEXTS.getFirst())
                        .dimensions(4)
                        .build());

        assertThat(answer.data().getFirst().embedding()).hasSize(4);
    }

    @Test
    void showsWhyItWasRefused() {
        assertThatThrownBy(() -> client.embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model(model)
                                .inputOfArrayOfTokens(List.of(17L, 25L))
                                .build()))
                .isInstanceOf(UnprocessableEntityException.class)
                .hasMessageContaining("token ids");
        assertThatThrownBy(() -> client.embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model("no-such@1")
                                .input("a")
                                .build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no-such@1");
    }

    @Test
    void listsModels() {
        assertThat(client.models().list().data()).extracting(Model::id).contains(model);
        assertThat(client.models().retrieve(model).ownedBy()).isEqualTo("firn");
    }
}
