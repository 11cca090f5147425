package dev.firn.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** What a home keeps about its services from start to start: generated secrets, and ports. */
final class HomeSettings {
    private static final String FILE = "services.properties";
    private static final int SECRET_BYTES = 24;

    private final Path file;
    private final Map<String, String> values;

    private HomeSettings(Path file, Map<String, String> values) {
        this.file = file;
        this.values = values;
    }

    static HomeSettings load(Path home) throws IOException {
        Path file = home.resolve(FILE);
        Map<String, String> values = new TreeMap<>();
        if (Files.exists(file)) {
            Properties properties = new Properties();
            try (BufferedReader reader = Files.newBufferedReader(file, UTF_8)) {
                properties.load(reader);
            }
            properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        }
        return new HomeSettings(file, values);
    }

    synchronized Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    synchronized int port(String name) {
        String port = values.getOrDefault(name, "0");
        return port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
    }

    synchronized void set(String name, String value) {
        values.put(name, value);
    }

    synchronized void remove(String name) {
        values.remove(name);
    }

    /** The secret of this name, made when there is none. */
    synchronized String secret(String name) {
        return values.computeIfAbsent(name, missing -> {
            byte[] bytes = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(bytes);
            return HexFormat.of().formatHex(bytes);
        });
    }

    synchronized void save() throws IOException {
        StringWriter text = new StringWriter();
        text.write("# Firn's embedded services. Written by Firn; holds secrets.\n");
        values.forEach((name, value) -> text.append(name)
                .append('=')
                .append(value.replace("\\", "\\\\"))
                .append('\n'));
        PrivateFiles.write(file, text.toString());
    }
}
