package dev.firn.bench.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A peer in a process of its own, seen from the process that compares. */
public final class PeerProcess implements AutoCloseable {
    /** Name of a figure that every run has: how long it took. */
    public static final String SECONDS = "seconds";

    /** Name of a figure that every run has: processor time of the whole process. */
    public static final String PROCESSOR_SECONDS = "processorSeconds";

    /** Name of a figure that every run has: the largest resident size of the process so far. */
    public static final String PEAK_BYTES = "peakBytes";

    private static final JsonMapper JSON = new JsonMapper();
    private static final int LINES_SHOWN = 20;
    private static final long SECONDS_TO_END = 30;
    private static final List<String> JVM_FLAGS = List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            // DJL looks for libraries and counts its users over the network otherwise
            "-Dai.djl.offline=true",
            "-DOPT_OUT_TRACKING=true");

    private final PeerKind kind;
    private final Process process;
    private final BufferedReader answers;
    private final Writer requests;
    private final Path log;
    private final Thread atExit;

    private PeerProcess(PeerKind kind, Process process, Path log) {
        this.kind = kind;
        this.process = process;
        this.log = log;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.atExit = new Thread(process::destroyForcibly);
    }

    /**
     * Starts a process and waits until it is ready.
     *
     * @param work the record that the kind asks for
     * @param folder where the work and what the process says on standard error are written
     * @throws IOException when it ends before, with the last lines it said
     */
    public static PeerProcess start(PeerKind kind, Record work, Path folder) throws IOException {
        Path file = Files.createTempFile(folder, kind.name(), ".json");
        JSON.writeValue(file.toFile(), work);
        Path log = Files.createTempFile(folder, kind.name(), ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), PeerMain.class.getName()));
        command.addAll(List.of(kind.name(), file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        if (!kind.isFirn()) {
            // What the launcher sets for Firn
            builder.environment().remove("OMP_WAIT_POLICY");
            builder.environment().remove("GLIBC_TUNABLES");
        }
        PeerProcess peer = new PeerProcess(kind, builder.start(), log);
        Runtime.getRuntime().addShutdownHook(peer.atExit);
        try {
            peer.answer();
        } catch (IOException | RuntimeException e) {
            peer.close();
            throw e;
        }
        return peer;
    }

    /**
     * Has a piece of work done.
     *
     * @return what was measured, by name
     * @throws IOException when the process fails, with the last lines it said
     */
    public Map<String, Double> run(String work) throws IOException {
        try {
            requests.write(work + "\n");
            requests.flush();
        } catch (IOException e) {
            throw failed();
        }
        return answer();
    }

    private Map<String, Double> answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw failed();
        }
        Map<String, Double> figures = new HashMap<>();
        for (Map.Entry<String, JsonNode> figure : JSON.readTree(line).properties()) {
            figures.put(figure.getKey(), figure.getValue().doubleValue());
        }
        return figures;
    }

    private IOException failed() throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        int from = Math.max(0, lines.size() - LINES_SHOWN);
        return new IOException(kind + " failed:\n" + String.join("\n", lines.subList(from, lines.size())));
    }

    /** Lets the process end, and ends it when it does not. */
    @Override
    public void close() {
        try {
            requests.close();
            if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook has ended the other
            process.destroyForcibly();
        }
    }
}
