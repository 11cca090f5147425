package dev.firn.activities.submission;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Patterns of source names, in which {@code *} stands for any characters. */
public final class SourcePatterns {
    private SourcePatterns() {}

    /** Tells whether a name matches one of the patterns. */
    public static Predicate<String> matching(List<String> patterns) {
        List<Pattern> compiled = patterns.stream()
                .map(pattern -> Pattern.compile(Arrays.stream(pattern.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*"))))
                .toList();
        return name ->
                compiled.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
}
