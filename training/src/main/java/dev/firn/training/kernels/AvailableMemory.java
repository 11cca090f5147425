package dev.firn.training.kernels;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Pointer;

/**
 * How much memory can still be taken: what the machine has, what the control groups of the process allow (versions 1 and 2), and what
 * JavaCPP, under ND4J, lets the process have. The file cache counts as available, for it gives way.
 *
 * <p>Limits: on other systems than Linux only JavaCPP's bound is known.
 *
 * @param bytes not negative
 * @param bound what sets this limit, for people
 */
public record AvailableMemory(long bytes, String bound) {
    private static final Path ROOT = Path.of("/");

    public AvailableMemory {
        requireNonNull(bound, "bound is null");
        bytes = Math.max(bytes, 0);
    }

    /** The memory available now. What was freed in this process is given back to the system first, so that it counts. */
    public static AvailableMemory now() {
        giveBackFreed();
        List<AvailableMemory> bounds = new ArrayList<>();
        if (Files.isReadable(ROOT.resolve("proc/meminfo"))) {
            try {
                bounds.add(ofSystem(ROOT));
            } catch (IOException e) {
                throw new UncheckedIOException("The memory of this machine could not be read: " + e.getMessage(), e);
            }
        }
        long most = Pointer.maxPhysicalBytes() > 0 ? Pointer.maxPhysicalBytes() : Long.MAX_VALUE;
        bounds.add(new AvailableMemory(
                most - Pointer.physicalBytes(),
                "this Java process, which may not grow beyond four times its heap (-Xmx) where"
                        + " -Dorg.bytedeco.javacpp.maxPhysicalBytes says nothing else,"));
        return least(bounds);
    }

    /** The memory that the system says is available. */
    static AvailableMemory ofSystem(Path root) throws IOException {
        List<AvailableMemory> bounds = new ArrayList<>();
        long kibibytes = numbers(root.resolve("proc/meminfo")).getOrDefault("MemAvailable:", Long.MAX_VALUE >> 10);
        bounds.add(new AvailableMemory(kibibytes << 10, "this machine"));
        for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            boolean unified = fields[0].equals("0");
            if (unified || List.of(fields[1].split(",")).contains("memory")) {
                Path top = root.resolve(unified ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
                // In a container the group's own folder is often mounted as the top
                for (Path group = top.resolve(fields[2].substring(1));
                        group.startsWith(top);
                        group = group.getParent()) {
                    OptionalLong free = unified
                            ? free(group, "memory.max", "memory.current", "")
                            : free(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_");
                    free.ifPresent(bytes -> bounds.add(new AvailableMemory(bytes, "this process's control group")));
                }
            }
        }
        return least(bounds);
    }

    private static AvailableMemory least(List<AvailableMemory> bounds) {
        return bounds.stream()
                .min(Comparator.comparingLong(AvailableMemory::bytes))
                .orElseThrow();
    }

    /** Limit less usage, plus the file cache; empty where there is no limit. */
    private static OptionalLong free(Path group, String limitFile, String usageFile, String prefix) throws IOException {
        if (!Files.isReadable(group.resolve(limitFile)) || !Files.isReadable(group.resolve(usageFile))) {
            return OptionalLong.empty();
        }
        String limit = Files.readString(group.resolve(limitFile)).trim();
        if (limit.equals("max")) {
            return OptionalLong.empty();
        }
        long usage = Long.parseLong(Files.readString(group.resolve(usageFile)).trim());
        Map<String, Long> statistics = numbers(group.resolve("memory.stat"));
        long cache = statistics.getOrDefault(prefix + "inactive_file", 0L)
                + statistics.getOrDefault(prefix + "active_file", 0L);
        return OptionalLong.of(Long.parseLong(limit) - usage + cache);
    }

    /** Lines of a name and a number; those of another form are left out. */
    private static Map<String, Long> numbers(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.trim().split(" +"))
                .filter(fields -> fields.length >= 2 && fields[1].matches("\\d{1,18}"))
                .collect(Collectors.toMap(fields -> fields[0], fields -> Long.valueOf(fields[1]), (a, _) -> a));
    }

    /** glibc keeps what is freed; other libraries have no such function. */
    @SuppressWarnings("restricted")
    private static void giveBackFreed() {
        Linker linker = Linker.nativeLinker();
        linker.defaultLookup().find("malloc_trim").ifPresent(address -> {
            MethodHandle trim =
                    linker.downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
            try {
                int _ = (int) trim.invokeExact(0L);
            } catch (Throwable e) {
                throw new IllegalStateException("malloc_trim could not be called", e);
            }
        });
    }
}
