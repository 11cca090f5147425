package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class DifferenceTest {
    @Test
    void namesOnlyTheFieldsThatAreNotTheSameInAll() throws JsonProcessingException {
        assertThat(Difference.among(List.of(
                        json("{'name': 'a', 'pretrain': {'steps': 100, 'learningRate': 0.001}, 'seed': 1}"),
                        json("{'name': 'b', 'pretrain': {'steps': 100, 'learningRate': 1e-4}, 'seed': 1.0}"),
                        json("{'name': 'a', 'pretrain': {'steps': 100}, 'seed': 1}"))))
                .containsExactly(
                        new Difference("name", List.of("a", "b", "a")),
                        new Difference("pretrain.learningRate", List.of("0.001", "0.0001", "–")));
    }

    @Test
    void goesIntoListsOfObjectsAndLeavesOtherListsWhole() throws JsonProcessingException {
        assertThat(Difference.among(List.of(
                        json("{'sources': [{'name': 'x', 'languages': ['en', 'de']}], 'empty': []}"),
                        json("{'sources': [{'name': 'x', 'languages': ['en']}, {'name': 'y'}], 'empty': []}"))))
                .containsExactly(
                        new Difference("sources.0.languages", List.of("[\"en\",\"de\"]", "[\"en\"]")),
                        new Difference("sources.1.name", List.of("–", "y")));
    }

    @Test
    void findsNothingAmongEqualDocuments() throws JsonProcessingException {
        assertThat(Difference.among(List.of(json("{'a': [1, {'b': null}]}"), json("{'a': [1, {'b': null}]}"))))
                .isEmpty();
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
