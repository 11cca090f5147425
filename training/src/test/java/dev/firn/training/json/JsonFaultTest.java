package dev.firn.training.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFaultTest {
    private static String said(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return JsonFault.said(
                catchThrowableOfType(JsonProcessingException.class, () -> new JsonMapper().readTree(bytes)));
    }

    @Test
    void namesThePlaceWhereWhatIsCutOffBegan() {
        assertThat(said("{\"a\":\n {"))
                .startsWith("Unexpected end-of-input")
                .endsWith("(start marker at line: 2, column: 2)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":", "{", "[[[", "{\"a\":\"b", "\"", "{\"a\" 1}", "tru", "{\"a\":1,}", "\u0001"})
    void doesNotNameTheSource(String json) {
        assertThat(said(json)).isNotBlank().doesNotContain("Source", "REDACTED", "\n");
    }
}
