package dev.firn.bench.installation;

import dev.firn.embedded.EmbeddedObjectStore;
import java.nio.file.Path;

/** The embedded object store in a process of its own; ends when its standard input does. */
public final class StoreMain {
    private StoreMain() {}

    /** Arguments: folder, port, access key, secret key, bucket. */
    public static void main(String[] arguments) throws Exception {
        try (EmbeddedObjectStore store = EmbeddedObjectStore.start(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), arguments[2], arguments[3], arguments[4])) {
            System.err.println("Firn is ready: " + store.address().endpoint());
            System.in.transferTo(System.out);
        }
    }
}
