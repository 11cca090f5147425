package dev.firn.bench.peer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The process of one peer. Says {@code {}} when it is ready; then, for each line of standard input, does the work it names and
 * answers with a line of JSON: seconds, processor seconds, the peak of resident memory so far, and the work's own figures. Ends with
 * its input.
 */
public final class PeerMain {
    private static final JsonMapper JSON = new JsonMapper();
    // The root logger is held weakly by the library, and so would its level be
    private static final Logger ROOT = Logger.getLogger("");

    private PeerMain() {}

    /** Arguments: the name of a {@link PeerKind}, and the file of its work as JSON. */
    public static void main(String[] arguments) throws Exception {
        ROOT.setLevel(Level.WARNING);
        PrintStream answers = System.out;
        // What a library prints must not come between
        System.setOut(System.err);
        try (Runner runner = runner(PeerKind.valueOf(arguments[0]), Path.of(arguments[1]));
                BufferedReader requests =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            answers.println("{}");
            answers.flush();
            String request = requests.readLine();
            while (request != null) {
                answers.println(answer(runner, request));
                answers.flush();
                request = requests.readLine();
            }
        }
    }

    private static Runner runner(PeerKind kind, Path file) throws Exception {
        return switch (kind) {
            case FIRN_TRAINING -> new FirnTraining(JSON.readValue(file.toFile(), TrainingWork.class), false);
            case FIRN_TRAINING_TIMED -> new FirnTraining(JSON.readValue(file.toFile(), TrainingWork.class), true);
            case PYTORCH_TRAINING -> new PyTorchTraining(JSON.readValue(file.toFile(), TrainingWork.class));
            case FIRN_ENCODING -> new FirnEncoding(JSON.readValue(file.toFile(), EncodingWork.class));
            case ONNX_PADDED -> new OnnxEncoding(JSON.readValue(file.toFile(), EncodingWork.class), true);
            case ONNX_GROUPED -> new OnnxEncoding(JSON.readValue(file.toFile(), EncodingWork.class), false);
            case FIRN_CONTRASTIVE -> new FirnContrastive(JSON.readValue(file.toFile(), ContrastiveWork.class));
            case FIRN_SEARCH -> new FirnSearch(JSON.readValue(file.toFile(), SearchWork.class));
        };
    }

    private static ObjectNode answer(Runner runner, String request) throws Exception {
        double processor = processorSeconds();
        long start = System.nanoTime();
        Map<String, Double> figures = runner.run(request);
        double seconds = (System.nanoTime() - start) * 1e-9;
        ObjectNode answer = JSON.createObjectNode();
        answer.put(PeerProcess.SECONDS, seconds);
        answer.put(PeerProcess.PROCESSOR_SECONDS, processorSeconds() - processor);
        answer.put(PeerProcess.PEAK_BYTES, (double) peakBytes());
        figures.forEach(answer::put);
        return answer;
    }

    private static double processorSeconds() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                * 1e-9;
    }

    /** The largest resident size this process has had. */
    private static long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("/proc/self/status has no VmHWM");
    }
}
