package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.cli.console.Terminal;
import dev.firn.cli.demo.Demo;
import dev.firn.cli.demo.DemoOptions;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;

/** What the main thread does once everything is started: say so, demonstrate if asked, wait for the end. */
@Singleton
public class Application implements QuarkusApplication {
    private final FirnConfiguration configuration;
    private final HttpServer server;
    private final AtomicReference<Thread> demonstrating = new AtomicReference<>();

    public Application(FirnConfiguration configuration, HttpServer server) {
        this.configuration = requireNonNull(configuration, "configuration is null");
        this.server = requireNonNull(server, "server is null");
    }

    @Override
    public int run(String... arguments) {
        List<String> words = Arrays.asList(arguments);
        if (!configuration.role().servesHttp()) {
            System.err.println("Firn's worker is ready; its data is in " + configuration.home());
            Quarkus.waitForExit();
            return 0;
        }
        URI address = server.getLocalBaseUri();
        System.err.println("Firn is ready: " + address + " (data and log in " + configuration.home() + ")");
        if (words.isEmpty() || !words.getFirst().equals(Main.DEMONSTRATION)) {
            Quarkus.waitForExit();
            return 0;
        }
        DemoOptions options = Main.demonstration(words.subList(1, words.size()));
        OptionalInt code = demonstrate(address, options);
        if (code.isPresent() && !options.exit()) {
            System.err.println("Serving " + address + " until Ctrl-C");
            Quarkus.waitForExit();
        }
        return code.orElse(1);
    }

    /** The demonstration's exit code; nothing when the server was told to end meanwhile. */
    private OptionalInt demonstrate(URI address, DemoOptions options) {
        demonstrating.set(Thread.currentThread());
        try {
            Demo demo = new Demo(
                    address, System.out, System.err, Terminal.ofStandardError().interactive());
            return OptionalInt.of(demo.run(options));
        } catch (InterruptedException e) {
            // By stop(), below. The thread goes on to end the server in order, which an interrupt would disturb.
            return OptionalInt.empty();
        } finally {
            demonstrating.set(null);
        }
    }

    /** A server that ends does not leave its demonstration asking for it. */
    void stop(@Observes ShutdownEvent event) {
        Thread thread = demonstrating.getAndSet(null);
        if (thread != null) {
            thread.interrupt();
        }
    }
}
