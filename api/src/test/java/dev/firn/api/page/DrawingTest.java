package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.firn.api.search.MapView;
import dev.firn.api.search.MapView.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrawingTest {
    @Test
    void keepsDistancesAndDrawsUpwards() {
        Drawing drawing = Drawing.of(
                map(List.of(
                        new Point(0, 0, "de", "faq", "one"),
                        new Point(1, 0, "de", "faq", "two"),
                        new Point(0, 1, "fr", "faq", "three"))),
                false);

        // 528 pixels in the height for a distance of 1; in the middle across
        assertThat(drawing.dots())
                .extracting(Drawing.Dot::x, Drawing.Dot::y, Drawing.Dot::style, Drawing.Dot::text)
                .containsExactly(
                        tuple("136.0", "544.0", "c1", "faq, de: one"),
                        tuple("664.0", "544.0", "c1", "faq, de: two"),
                        tuple("136.0", "16.0", "c2", "faq, fr: three"));
        assertThat(drawing.groups())
                .containsExactly(new Drawing.Group("de", 2, "c1"), new Drawing.Group("fr", 1, "c2"));
    }

    @Test
    void smallGroupsShareTheLastColour() {
        List<Point> points = new ArrayList<>();
        for (int group = 0; group < 9; group++) {
            for (int i = 0; i <= group; i++) {
                points.add(new Point(group, i, "en", "source " + group, "text"));
            }
        }

        Drawing drawing = Drawing.of(map(points), true);

        assertThat(drawing.groups()).hasSize(7).first().isEqualTo(new Drawing.Group("source 8", 9, "c1"));
        assertThat(drawing.groups().getLast()).isEqualTo(new Drawing.Group("3 others", 6, "rest"));
    }

    @Test
    void textsInOnePlaceAreInTheMiddle() {
        Drawing drawing = Drawing.of(map(List.of(new Point(2, 2, "de", "faq", "x".repeat(500)))), false);

        assertThat(drawing.dots().getFirst().x()).isEqualTo("400.0");
        assertThat(drawing.dots().getFirst().y()).isEqualTo("280.0");
        assertThat(drawing.dots().getFirst().text()).endsWith("…").hasSizeLessThan(200);
    }

    private static MapView map(List<Point> points) {
        return new MapView("m", 1, 16, List.of(0.5, 0.25), points);
    }
}
