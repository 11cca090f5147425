package dev.firn.api.boot;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Keeps Temporal's warnings off standard error: it warns of every attempt that failed and of every worker that ends,
 * which runs tell in their own words. They are in the log file.
 */
@LoggingFilter(name = "console")
public final class ConsoleFilter implements Filter {
    @Override
    public boolean isLoggable(LogRecord record) {
        String logger = record.getLoggerName();
        return record.getLevel().intValue() >= Level.SEVERE.intValue()
                || logger == null
                || !logger.startsWith("io.temporal.");
    }
}
