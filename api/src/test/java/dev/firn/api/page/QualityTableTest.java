package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.api.evaluation.EvaluationView;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class QualityTableTest {
    @Test
    void hasARowForEachSetAndAColumnForEachWidthTheWidestFirst() {
        List<QualityTable> tables = QualityTable.of(List.of(
                view("untrained", "own", "de", "de", 192, null, 0.1),
                view("finetuned", "own", "de", "de", 192, null, 0.8),
                view("finetuned", "own", "de", "de", 64, null, 0.7),
                view("finetuned", "own", "fr", "fr", 192, null, 0.6),
                view("finetuned", "cross", "fr", "de", 192, null, 0.5),
                view("bm25", "own", "de", "de", null, null, 0.75),
                view("registered", "own", "de", "de", 192, "other@2", 0.9)));

        assertThat(tables).extracting(QualityTable::title).containsExactly("In the run that made it", "On other@2");
        QualityTable table = tables.getFirst();
        assertThat(table.columns()).containsExactly("192", "64", "bm25");
        assertThat(table.rows())
                .extracting(row -> row.set() + " " + row.languages() + " " + row.cells())
                .containsExactly(
                        "set de [Cell[text=0.800, best=true], Cell[text=0.700, best=false], Cell[text=0.750, best=false]]",
                        "set fr [Cell[text=0.600, best=true], Cell[text=–, best=false], Cell[text=–, best=false]]",
                        "Mean, one language  [Cell[text=0.700, best=false], Cell[text=0.700, best=false], Cell[text=0.750, best=true]]",
                        "set fr → de [Cell[text=0.500, best=true], Cell[text=–, best=false], Cell[text=–, best=false]]");
        assertThat(table.chart().ticks())
                .extracting(tick -> tick.width() + " " + tick.bytes())
                .containsExactly("64 256 B", "192 768 B");
        assertThat(table.chart().series())
                .extracting(QualityChart.Series::name)
                .containsExactly("One language", "Two languages");
        assertThat(tables.getLast().chart()).isNull();
    }

    @Test
    void isNotThereWhenNothingWasMeasured() {
        assertThat(QualityTable.of(List.of(view("untrained", "own", "de", "de", 192, null, 0.1))))
                .isEmpty();
    }

    private static EvaluationView view(
            String weights,
            String kind,
            String query,
            String document,
            Integer dimension,
            String dataset,
            double value) {
        return new EvaluationView(
                new UUID(0, 1),
                weights,
                "set",
                kind,
                query,
                document,
                dimension,
                40,
                dataset,
                Map.of("ndcg_cut_10", value));
    }
}
