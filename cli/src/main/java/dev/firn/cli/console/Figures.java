package dev.firn.cli.console;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as people read them, the same in every locale. */
public final class Figures {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String[] BYTE_UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

    private Figures() {}

    /** For example {@code 8.4 s}, {@code 3:05} (minutes) or {@code 2:03:05} (hours). */
    public static String duration(double seconds) {
        if (!(seconds >= 0)) {
            return "-";
        }
        if (seconds < 59.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    /** For example {@code 512 B} or {@code 1.5 MB}; powers of 1,000. */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.95 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, BYTE_UNITS[unit]);
    }

    /** For example {@code 850} or {@code 9.1k}. */
    public static String count(double count) {
        if (count < 999.5) {
            return String.format(Locale.ROOT, "%.0f", count);
        }
        if (count < 999_950) {
            return String.format(Locale.ROOT, "%.1fk", count / 1000);
        }
        if (count < 999_950_000) {
            return String.format(Locale.ROOT, "%.1fM", count / 1_000_000);
        }
        return count < 999_950_000_000.0
                ? String.format(Locale.ROOT, "%.1fG", count / 1e9)
                : String.format(Locale.ROOT, "%.1fT", count / 1e12);
    }

    /** A measure between 0 and 1 with three places; a dash for null. */
    public static String measure(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }

    /** A date and time in UTC; a dash for null. */
    public static String moment(Instant moment) {
        return moment == null ? "-" : MOMENT.format(moment);
    }

    /** A time of day in UTC; empty for null. */
    public static String clock(Instant moment) {
        return moment == null ? "" : CLOCK.format(moment);
    }
}
