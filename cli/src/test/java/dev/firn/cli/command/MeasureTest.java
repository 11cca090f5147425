package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MeasureTest {
    @TempDir
    private Path folder;

    private Path qrels;
    private Path run;

    @BeforeEach
    void writeFiles() throws IOException {
        qrels = file("qrels", "q1 0 a 1\nq1 0 b 0\nq2 0 a 1\n");
        run = file("run", "q1 Q0 a 1 1.0 t\nq1 Q0 b 2 2.0 t\nq9 Q0 b 1 2 t\n");
    }

    @Test
    void printsTrecEvalsTable() {
        Result result = measure(qrels, run, "-m", "num_ret", "-m", "map", "-m", "P.5");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines())
                .containsExactly(
                        "num_q                 \tall\t1",
                        "num_ret               \tall\t2",
                        "map                   \tall\t0.5000",
                        "P_5                   \tall\t0.2000");
        assertThat(result.err()).contains("1 of the 2 queries of", "are not judged and left out");
        assertThat(measure(qrels, run, "--complete", "-q", "-m", "recip_rank")
                        .out()
                        .lines())
                .containsExactly(
                        "recip_rank            \tq1\t0.5000",
                        "recip_rank            \tq2\t0.0000",
                        "num_q                 \tall\t2",
                        "recip_rank            \tall\t0.2500");
    }

    @Test
    void givesTheSameAsJson() {
        JsonNode json = measure(qrels, run, "--json").json();
        assertThat(json.path("queries").asInt()).isEqualTo(1);
        assertThat(json.at("/mean/map").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/mean/recip_rank").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/mean/recall_100").asDouble()).isEqualTo(1);
        assertThat(json.at("/mean/num_ret").isIntegralNumber()).isTrue();
        assertThat(json.at("/mean/ndcg_cut_10").asDouble()).isCloseTo(Math.log(2) / Math.log(3), within(1e-12));
        assertThat(json.at("/perQuery/q1/Rprec").asDouble()).isZero();
        assertThat(json.at("/perQuery").size()).isEqualTo(1);
    }

    @Test
    void ranksBy64BitsWhenAsked() throws IOException {
        Path close = file("close", "q1 Q0 a 1 1.000000000001 t\nq1 Q0 b 2 1 t\n");
        assertThat(measure(qrels, close, "-m", "recip_rank", "--json")
                        .json()
                        .at("/mean/recip_rank")
                        .asDouble())
                .isEqualTo(0.5);
        assertThat(measure(qrels, close, "-m", "recip_rank", "--json", "--double")
                        .json()
                        .at("/mean/recip_rank")
                        .asDouble())
                .isEqualTo(1);
    }

    @Test
    void comparesTwoRuns() throws IOException {
        StringBuilder judgements = new StringBuilder();
        StringBuilder worse = new StringBuilder();
        StringBuilder better = new StringBuilder();
        for (int query = 0; query < 5; query++) {
            judgements.append("q%d 0 a 1\n".formatted(query));
            worse.append("q%d Q0 a 1 1 t\nq%d Q0 b 1 2 t\n".formatted(query, query));
            better.append("q%d Q0 a 1 3 t\nq%d Q0 b 1 2 t\n".formatted(query, query));
        }
        Path judged = file("judged", judgements.toString());
        Path first = file("first", worse.toString());
        Path second = file("second", better.toString());
        JsonNode json =
                measure(judged, first, "--compare", second.toString(), "--json").json();
        assertThat(json.path("queries").asInt()).isEqualTo(5);
        JsonNode compared = json.at("/compared/recip_rank");
        assertThat(compared.at("/first/mean").asDouble()).isEqualTo(0.5);
        assertThat(compared.at("/second/mean").asDouble()).isEqualTo(1);
        assertThat(compared.at("/difference/low").asDouble()).isEqualTo(0.5);
        // Of 32 ways to swap five equal differences, two are as far from 0
        assertThat(compared.path("p").asDouble()).isEqualTo(2.0 / 32);
        Result text = measure(judged, first, "--compare", second.toString());
        assertThat(text.out()).contains("5 queries", "recip_rank", "+0.5000 to +0.5000", "0.0625");
    }

    @Test
    void wrongInputIsNamedWithFileAndLine() throws IOException {
        List<String> said = new ArrayList<>();
        said.add(refused(file("q", "q1 0 a 1\nq1 0 1\n"), run));
        said.add(refused(file("q", "q1 0 a one\n"), run));
        said.add(refused(file("q", "q1 0 a 1\nq1 0 a 1\n"), run));
        said.add(refused(file("q", ""), run));
        said.add(refused(qrels, file("r", "\n")));
        said.add(refused(qrels, file("r", "q1 Q0 a 1 1.0 t\nq1 Q0 a 2 0.5 t\n")));
        said.add(refused(qrels, file("r", "q7 Q0 a 1 1.0 t\n")));
        said.add(refused(qrels, folder.resolve("missing")));
        said.add(refused(qrels, folder));
        said.add(refused(qrels, Files.write(folder.resolve("x.gz"), new byte[] {1, 2, 3})));
        assertThat(said)
                .zipSatisfy(
                        List.of(
                                "q:2: expected 4 fields (query, iteration, document, relevance), found 3",
                                "q:1: the relevance one is no whole number",
                                "q:2: the document a is judged twice for the query q1",
                                "q: is empty: it has no judgements",
                                "r: is empty: nothing was retrieved",
                                "r:2: the document a occurs twice for the query q1",
                                "r: none of its 1 queries is judged in",
                                "missing does not exist",
                                "is a folder, not a file",
                                "x.gz: "),
                        (line, wanted) -> assertThat(line).contains(wanted));
        Result unknown = measure(qrels, run, "-m", "accuracy");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("unknown measure 'accuracy'");
        assertThat(measure(qrels, run, "--compare", run.toString(), "-m", "num_ret")
                        .exitCode())
                .isEqualTo(2);
    }

    private String refused(Path judgements, Path retrieved) {
        Result result = measure(judgements, retrieved);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        return result.err();
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static Result measure(Path judgements, Path retrieved, String... more) {
        List<String> arguments = new ArrayList<>(List.of("measure", judgements.toString(), retrieved.toString()));
        arguments.addAll(List.of(more));
        return CommandRunner.run(Map.of(), "", arguments.toArray(String[]::new));
    }
}
