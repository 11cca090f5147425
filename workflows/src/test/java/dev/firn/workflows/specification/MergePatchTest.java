package dev.firn.workflows.specification;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'a':'b'}; {'a':'c'}; {'a':'c'}",
                "{'a':'b'}; {'b':'c'}; {'a':'b','b':'c'}",
                "{'a':'b'}; {'a':null}; {}",
                "{'a':[1,2]}; {'a':[3]}; {'a':[3]}",
                "{'a':{'b':1,'c':2}}; {'a':{'b':5,'d':null}}; {'a':{'b':5,'c':2}}",
                "{'a':1}; {'a':{'b':{'c':null}}}; {'a':{'b':{}}}",
                "{'a':1}; {}; {'a':1}",
            })
    void mergesAsTheStandardSays(String target, String patch, String expected) throws JsonProcessingException {
        JsonNode before = json(target);

        assertThat(MergePatch.apply(before, json(patch))).isEqualTo(json(expected));
        assertThat(before).isEqualTo(json(target));
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return MAPPER.readTree(text.replace('\'', '"'));
    }
}
