package dev.firn.training.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AvailableMemoryTest {
    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void withoutControlGroupsItIsWhatTheMachineHas() throws IOException {
        write("proc/meminfo", "MemTotal:       24000 kB\nMemAvailable:    9000 kB\nHugePages_Total:       0\n");
        write("proc/self/cgroup", "0::/user.slice\n");
        assertThat(AvailableMemory.ofSystem(root)).isEqualTo(new AvailableMemory(9000 * 1024, "this machine"));
    }

    @Test
    void aGroupAboveTheProcessMayAllowLeastAndItsFileCacheGivesWay() throws IOException {
        write("proc/meminfo", "MemAvailable:    9000 kB\n");
        write("proc/self/cgroup", "0::/outer/inner\n");
        write("sys/fs/cgroup/outer/memory.max", "5000000\n");
        write("sys/fs/cgroup/outer/memory.current", "4000000\n");
        write("sys/fs/cgroup/outer/memory.stat", "anon 2500000\nactive_file 500000\ninactive_file 1000000\n");
        write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
        write("sys/fs/cgroup/outer/inner/memory.current", "4000000\n");
        assertThat(AvailableMemory.ofSystem(root))
                .isEqualTo(new AvailableMemory(2_500_000, "this process's control group"));
    }

    @Test
    void groupsOfTheFirstVersionCountAlsoWhereAContainerShowsItsOwnAsTheTop() throws IOException {
        write("proc/meminfo", "MemAvailable:    9000 kB\n");
        write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n0::/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "3000000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "3500000\n");
        write("sys/fs/cgroup/memory/memory.stat", "total_inactive_file 100000\ntotal_active_file 0\n");
        assertThat(AvailableMemory.ofSystem(root)).isEqualTo(new AvailableMemory(0, "this process's control group"));
    }

    @Test
    void thisMachineHasSome() {
        assertThat(AvailableMemory.now().bytes()).isPositive();
    }
}
