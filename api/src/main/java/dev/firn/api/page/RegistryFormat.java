package dev.firn.api.page;

import dev.firn.api.model.ModelViews.VersionView;
import dev.firn.api.search.SearchView;
import io.quarkus.qute.TemplateExtension;
import java.util.Locale;

/** How the templates of models and datasets write what is theirs. */
@TemplateExtension
final class RegistryFormat {
    private RegistryFormat() {}

    /** How many bytes a vector of the version takes, in single precision. */
    static long vectorBytes(VersionView version) {
        return (long) version.dimension() * Float.BYTES;
    }

    /** {@code name/versions/3} for {@code name@3}: the rest of an address. */
    static String path(String reference) {
        return reference.replace("@", "/versions/");
    }

    /** A score for people. */
    static String scoreText(SearchView.Hit hit) {
        return String.format(Locale.ROOT, "%.3f", hit.score());
    }

    /** Where a hit stands in the other of two results; null where there is no other. */
    static String elsewhere(SearchView.Hit hit, int result) {
        if (hit.ranks().size() != 2) {
            return null;
        }
        int other = hit.ranks().get(1 - result);
        if (other == hit.rank()) {
            return "the same place in the other";
        }
        return (other < hit.rank() ? "higher" : "lower") + " in the other: place " + other;
    }

    /** {@code up}, {@code down} or {@code same}: how it stands in the other of two results, for style classes. */
    static String move(SearchView.Hit hit, int result) {
        if (hit.ranks().size() != 2) {
            return "same";
        }
        return switch (Integer.signum(Integer.compare(hit.ranks().get(1 - result), hit.rank()))) {
            case -1 -> "up";
            case 1 -> "down";
            default -> "same";
        };
    }
}
