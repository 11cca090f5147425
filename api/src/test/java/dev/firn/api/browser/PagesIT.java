package dev.firn.api.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import dev.firn.api.FirnTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for each page, before there is anything to show. */
@QuarkusTest
@WithTestResource(value = FirnTestResource.class, initArgs = @ResourceArg(name = "role", value = "all"))
class PagesIT {
    private static final int BYTES_OF_A_FIRST_PAGE = 100_000;

    @RegisterExtension
    final Visits visits = new Visits();

    @TestHTTPResource("/")
    URI server;

    @ParameterizedTest
    @EnumSource(Look.class)
    void pagesAreGoodForAll(Look look) {
        for (String path : List.of(
                "/",
                "/runs/new?example=quickstart",
                "/compare",
                "/checkpoints",
                "/models",
                "/studies",
                "/datasets",
                "/audit")) {
            Page page = visits.open(look, server.resolve(path));
            visits.assertGoodForAll(page);
            visits.assertStandsStill(page);
            visits.picture(page, "empty" + path.replaceAll("\\W", "-"), look);
        }
    }

    @Test
    void theFirstPageIsSmall() {
        Page blank = visits.open(Look.LIGHT, URI.create("about:blank"));
        List<Response> responses = new ArrayList<>();
        blank.onResponse(responses::add);
        blank.navigate(server.toString());
        blank.waitForLoadState();

        long bytes = List.copyOf(responses).stream()
                .mapToLong(response -> (long) response.request().sizes().responseBodySize)
                .sum();
        assertThat(responses).hasSizeGreaterThan(3);
        assertThat(bytes).isPositive().isLessThan(BYTES_OF_A_FIRST_PAGE);
    }
}
