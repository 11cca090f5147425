package dev.firn.api.browser;

import com.microsoft.playwright.options.ColorScheme;
import java.util.Locale;

/** What a page is looked at with. */
public enum Look {
    LIGHT(1280, 860, ColorScheme.LIGHT),
    DARK(1280, 860, ColorScheme.DARK),
    PHONE(360, 740, ColorScheme.LIGHT);

    private final int width;
    private final int height;
    private final ColorScheme colors;

    Look(int width, int height, ColorScheme colors) {
        this.width = width;
        this.height = height;
        this.colors = colors;
    }

    /** Pixels of the window. */
    int width() {
        return width;
    }

    /** Pixels of the window. */
    int height() {
        return height;
    }

    ColorScheme colors() {
        return colors;
    }

    /** The word in the names of pictures. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
