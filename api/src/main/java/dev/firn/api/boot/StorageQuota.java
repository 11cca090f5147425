package dev.firn.api.boot;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code FIRN_STORAGE_QUOTA}: how much may be stored. */
final class StorageQuota {
    static final String NAME = "FIRN_STORAGE_QUOTA";

    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,18}) ?([KMGT]?)B?");

    private StorageQuota() {}

    /**
     * Reads the environment.
     *
     * @return bytes; nothing when there is no bound
     * @throws BootException when it is not an amount of bytes
     */
    static OptionalLong read(Map<String, String> environment) {
        String text = environment.get(NAME);
        if (text == null || text.isBlank()) {
            return OptionalLong.empty();
        }
        Matcher amount = AMOUNT.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (amount.matches()) {
            long unit = switch (amount.group(2)) {
                case "K" -> 1_000L;
                case "M" -> 1_000_000L;
                case "G" -> 1_000_000_000L;
                case "T" -> 1_000_000_000_000L;
                default -> 1L;
            };
            try {
                return OptionalLong.of(Math.multiplyExact(Long.parseLong(amount.group(1)), unit));
            } catch (ArithmeticException e) {
                // said below
            }
        }
        throw BootException.wrongInput(NAME + " must be a number of bytes such as 500MB or 20GB, is '" + text + "'");
    }
}
