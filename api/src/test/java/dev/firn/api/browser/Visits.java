package dev.firn.api.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A test's visits to the pages. After the test it sees that the browser's console told of no error.
 *
 * <p>Where there is no Chromium the test is skipped, and says so; with {@code CI=true} it fails.
 */
public final class Visits implements BeforeEachCallback, AfterEachCallback {
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Set<String> SERIOUS = Set.of("serious", "critical");
    private static final String NO_BROWSER =
            "there is no Chromium on the PATH, and FIRN_TEST_CHROMIUM names none: the pages are not tested";

    /** Adds up how far what is seen moves without anybody's doing, as browsers measure it. */
    private static final String WATCH_FOR_JUMPS = """
            window.jumps = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) window.jumps += entry.hadRecentInput ? 0 : entry.value;
            }).observe({type: 'layout-shift', buffered: true});""";

    /** What browsers call good is 0.1. */
    private static final double JUMPS = 0.05;

    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final List<Pattern> expected = new ArrayList<>();
    private Browser browser;
    private String test;

    @Override
    public void beforeEach(ExtensionContext context) {
        test = context.getRequiredTestMethod().getName();
        Path program = Chromium.program().orElse(null);
        if (program == null) {
            assertThat(System.getenv("CI")).as(NO_BROWSER).isNotEqualTo("true");
            Assumptions.abort(NO_BROWSER);
        }
        browser = context.getRoot()
                .getStore(Namespace.GLOBAL)
                .computeIfAbsent(Chromium.class, key -> Chromium.start(program), Chromium.class)
                .browser();
    }

    /** Opens a page in a window of its own. */
    public Page open(Look look, URI address) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(look.width(), look.height())
                .setColorScheme(look.colors())
                .setReducedMotion(ReducedMotion.REDUCE)
                .setLocale("en-GB")
                .setTimezoneId("UTC"));
        context.setDefaultTimeout(30_000);
        contexts.add(context);
        context.addInitScript(WATCH_FOR_JUMPS);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                errors.add(message.text() + " at " + message.location());
            }
        });
        page.onPageError(errors::add);
        page.navigate(address.toString());
        return page;
    }

    /** The console may tell of this. */
    public void expect(String regularExpression) {
        expected.add(Pattern.compile(regularExpression));
    }

    /** Keeps a picture of the whole page under {@code target/screenshots}. */
    public Path picture(Page page, String name, Look look) {
        Path file = PICTURES.resolve(name + "-" + look.word() + ".png");
        page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(file));
        return file;
    }

    /** Sees that axe-core finds nothing serious, and that nothing is wider than the window. */
    public void assertGoodForAll(Page page) {
        List<String> serious = new AxeBuilder(page)
                .setLegacyMode(true).analyze().getViolations().stream()
                        .filter(violation -> SERIOUS.contains(violation.getImpact()))
                        .map(violation -> violation.getId() + " "
                                + violation.getNodes().stream()
                                        .map(node -> node.getTarget() + ": " + node.getFailureSummary())
                                        .toList())
                        .toList();
        assertThat(serious).as(page.url()).isEmpty();
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"))
                .as("the page is no wider than the window: " + page.url())
                .isEqualTo(true);
    }

    /** Sees that nothing jumped while the page was loaded. */
    public void assertStandsStill(Page page) {
        assertThat(((Number) page.evaluate("() => window.jumps")).doubleValue())
                .as("what is seen jumps: " + page.url())
                .isLessThan(JUMPS);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            if (context.getExecutionException().isPresent()) {
                int number = 0;
                for (BrowserContext each : contexts) {
                    for (Page page : each.pages()) {
                        page.screenshot(new Page.ScreenshotOptions()
                                .setFullPage(true)
                                .setPath(PICTURES.resolve("failed-" + test + "-" + number++ + ".png")));
                    }
                }
            } else {
                assertThat(errors)
                        .as("the browser's console")
                        .allMatch(error -> expected.stream()
                                .anyMatch(each -> each.matcher(error).find()));
            }
        } finally {
            contexts.forEach(BrowserContext::close);
        }
    }
}
