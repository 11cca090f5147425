package dev.firn.api.boot;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How the log is written. */
enum LogFormat {
    /** Lines for people: all of them in a file, warnings on standard error besides. */
    TEXT,
    /** One JSON object a line, in the file and, all of it, on standard error: for what collects logs of containers. */
    JSON;

    /**
     * Reads {@code text} or {@code json}.
     *
     * @param variable the environment's variable that says so, for the message
     * @throws BootException when it is neither
     */
    static LogFormat parse(String text, String variable) {
        for (LogFormat format : values()) {
            if (format.word().equals(text)) {
                return format;
            }
        }
        String words = Arrays.stream(values()).map(LogFormat::word).collect(Collectors.joining(" or "));
        throw BootException.wrongInput(variable + " must be " + words + ", is '" + text + "'");
    }

    /** What the application's logging is told. */
    Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        if (this == JSON) {
            properties.put("quarkus.log.console.json.enabled", "true");
            properties.put("quarkus.log.file.json.enabled", "true");
            properties.put("quarkus.log.console.level", "INFO");
        }
        return properties;
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
