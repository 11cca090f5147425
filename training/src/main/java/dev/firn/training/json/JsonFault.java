package dev.firn.training.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that should be JSON, in words for people. */
public final class JsonFault {
    /** How the library names where something began: by what it reads from, which it does not tell, and the place. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^\\]]*?; (line: \\d+, column: \\d+)[^\\]]*\\]");

    private JsonFault() {}

    /** The first line of what the library says. */
    public static String said(JsonProcessingException fault) {
        String message = String.valueOf(fault.getOriginalMessage());
        return SOURCE.matcher(message).replaceAll("$1").lines().findFirst().orElse("");
    }
}
