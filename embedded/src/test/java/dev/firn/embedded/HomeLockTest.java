package dev.firn.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeLockTest {
    @TempDir
    Path folder;

    @Test
    void makesTheHomeForItsOwnerOnly() throws IOException {
        Path home = folder.resolve("a/home");

        try (HomeLock lock = HomeLock.acquire(home)) {
            assertThat(lock).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                    .isEqualTo("rwx------");
            assertThat(home.resolve("firn.pid"))
                    .hasContent(Long.toString(ProcessHandle.current().pid()));
        }
    }

    @Test
    void refusesASecondUseByTheSameProcessAndKeepsTheFirst() {
        try (HomeLock lock = HomeLock.acquire(folder)) {
            assertThat(lock).isNotNull();
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> HomeLock.acquire(folder))
                        .isInstanceOf(EmbeddedServiceException.class)
                        .hasMessageContaining(
                                "by the process " + ProcessHandle.current().pid());
            }
        }
        HomeLock.acquire(folder).close();
    }

    @Test
    void namesTheOtherProcessAndTakesItsHomeOnceItWasKilled() throws Exception {
        try (ChildJava child = new ChildJava(Holder.class, folder.toString())) {
            assertThat(child.readLine()).isEqualTo("held");

            assertThatThrownBy(() -> HomeLock.acquire(folder))
                    .isInstanceOf(EmbeddedServiceException.class)
                    .hasMessageContaining("by the process " + child.pid());

            child.kill();
            assertThat(folder.resolve("firn.pid")).exists();
            HomeLock.acquire(folder).close();
        }
    }

    @Test
    void saysWhatToDoWhenTheHomeCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> HomeLock.acquire(file.resolve("home")))
                .isInstanceOf(EmbeddedServiceException.class)
                .hasMessageContaining("FIRN_HOME");
    }

    /** Takes a home and keeps it until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (HomeLock lock = HomeLock.acquire(Path.of(arguments[0]))) {
                System.out.println(lock != null ? "held" : "");
                System.in.read();
            }
        }
    }
}
