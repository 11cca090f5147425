package dev.firn.workflows.specification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpecificationPlacesTest {
    private static final String TEXT = """
            # a comment
            specVersion: 1
            data:
              sources:
                - {type: jsonl, name: a}
                - type: jsonl
                  name: b
            pretrain:
              temperature: 0
              "a/b": 1
            """;

    @Test
    void aFieldIsWhereItsKeyStands() {
        SpecificationPlaces places = SpecificationPlaces.of(TEXT);

        assertThat(places.line("/specVersion")).hasValue(2);
        assertThat(places.line("/data/sources/0/name")).hasValue(5);
        assertThat(places.line("/data/sources/1")).hasValue(6);
        assertThat(places.line("/data/sources/1/name")).hasValue(7);
        assertThat(places.line("/pretrain/temperature")).hasValue(9);
        assertThat(places.line("/pretrain/a~1b")).hasValue(10);
    }

    @Test
    void aFieldThatIsMissingIsWhereTheNearestAroundItStands() {
        SpecificationPlaces places = SpecificationPlaces.of(TEXT);

        assertThat(places.line("/pretrain/steps")).hasValue(8);
        assertThat(places.line("/data/sources/1/files/0")).hasValue(6);
        assertThat(places.line("/finetune")).isEmpty();
        assertThat(places.line("")).isEmpty();
        assertThat(places.line("no pointer")).isEmpty();
    }

    @Test
    void jsonHasPlacesToo() {
        assertThat(SpecificationPlaces.of("{\n  \"pretrain\": {\n    \"steps\": 0}}")
                        .line("/pretrain/steps"))
                .hasValue(3);
    }

    @Test
    void aTextThatCannotBeReadHasNoPlaces() {
        assertThat(SpecificationPlaces.of("a: [1").line("/a")).isEmpty();
        assertThat(SpecificationPlaces.of("").line("/a")).isEmpty();
        assertThat(SpecificationPlaces.of("a: &a {b: *a}").line("/a")).hasValue(1);
    }
}
