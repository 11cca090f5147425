package dev.firn.api.page;

import java.util.List;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** A model card, which may come from anywhere, as HTML that can do no harm. */
final class Card {
    private static final Pattern HEAD = Pattern.compile("\\A---\\R.*?\\R---\\s*\\R", Pattern.DOTALL);
    private static final int LEVELS_DOWN = 2;
    private static final int LOWEST_LEVEL = 6;

    private static final List<TablesExtension> EXTENSIONS = List.of((TablesExtension) TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    // HTML in it is shown as text, and links lead to http, https and mail only
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder()
            .extensions(EXTENSIONS)
            .escapeHtml(true)
            .sanitizeUrls(true)
            .build();

    private Card() {}

    /**
     * The HTML of a card: its head for programs left out, its headings below those of the page, its pictures as their
     * texts.
     */
    static String html(String markdown) {
        Node document = PARSER.parse(HEAD.matcher(markdown).replaceFirst(""));
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                heading.setLevel(Math.min(LOWEST_LEVEL, heading.getLevel() + LEVELS_DOWN));
                visitChildren(heading);
            }

            @Override
            public void visit(Image image) {
                for (Node child = image.getFirstChild(); child != null; child = image.getFirstChild()) {
                    image.insertBefore(child);
                }
                image.unlink();
            }
        });
        return RENDERER.render(document);
    }
}
