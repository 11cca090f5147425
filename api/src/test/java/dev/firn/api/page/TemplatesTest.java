package dev.firn.api.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the content security policy forbids would fail silently in a browser, so the sources of pages are searched for it. */
class TemplatesTest {
    private static final Path TEMPLATES = Path.of("src/main/resources/templates");
    private static final Pattern INLINE = Pattern.compile(
            "\\sstyle\\s*=|\\son[a-z]+\\s*=|<style|<script(?![^>]*\\ssrc=\"/)|javascript:|hx-on|\\sjs:|['\"]js:|<base|<iframe"
                    + "|<object|<embed|(?:src|action)=\"(?:https?:)?//",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern POSTING_FORM =
            Pattern.compile("<form\\b[^>]*\\smethod=\"post\".*?</form>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    static List<Path> templates() throws IOException {
        try (Stream<Path> files = Files.walk(TEMPLATES)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void areFound() throws IOException {
        assertThat(templates()).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("templates")
    void haveNothingInlineAndNothingFromElsewhere(Path template) throws IOException {
        assertThat(INLINE.matcher(Files.readString(template)).results().map(match -> match.group()))
                .as(template.toString())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("templates")
    void sendThePagesTokenWithEveryPlainForm(Path template) throws IOException {
        assertThat(POSTING_FORM
                        .matcher(Files.readString(template))
                        .results()
                        .map(match -> match.group())
                        // What a script sends has it as a header
                        .filter(form -> !form.contains("data-api="))
                        .filter(form -> !form.contains("name=\"csrf-token\" value=\"{inject:visitor.pageToken}\"")))
                .as(template.toString())
                .isEmpty();
    }
}
