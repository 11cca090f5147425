package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.api.evaluation.EvaluationView;
import dev.firn.api.page.EvaluationTable.Cell;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EvaluationTableTest {
    @Test
    void putsWeightsSideBySideInTheOrderOfTrainingWithWiderVectorsFirst() {
        List<EvaluationTable> tables = EvaluationTable.of(List.of(
                view("finetuned", "own", "de", "de", 64, 0.6),
                view("finetuned", "own", "de", "de", 192, 0.7),
                view("untrained", "own", "de", "de", 192, 0.1),
                view("bm25", "own", "de", "de", null, 0.65)));

        assertThat(tables).hasSize(1);
        EvaluationTable own = tables.getFirst();
        assertThat(own.columns()).containsExactly("untrained", "finetuned", "bm25");
        assertThat(own.rows()).extracting(EvaluationTable.Row::width).containsExactly("192", "64");
        assertThat(own.rows().getFirst().cells())
                .containsExactly(new Cell("0.100", false), new Cell("0.700", true), new Cell("0.650", false));
        assertThat(own.rows().getLast().cells())
                .containsExactly(new Cell("–", false), new Cell("0.600", false), new Cell("0.650", true));
    }

    @Test
    void keepsPassagesInAnotherLanguageApart() {
        List<EvaluationTable> tables = EvaluationTable.of(List.of(
                view("finetuned", "cross", "de", "en", 192, 0.5), view("finetuned", "own", "de", "de", 192, 0.7)));

        assertThat(tables).hasSize(2);
        assertThat(tables.getLast().rows().getFirst().languages()).isEqualTo("de → en");
    }

    @Test
    void isNotThereWhenNothingWasMeasured() {
        assertThat(EvaluationTable.of(List.of())).isEmpty();
    }

    private static EvaluationView view(
            String weights, String kind, String query, String document, Integer dimension, double value) {
        return new EvaluationView(
                new UUID(0, 1),
                weights,
                "keycloak",
                kind,
                query,
                document,
                dimension,
                40,
                null,
                Map.of("ndcg_cut_10", value));
    }
}
