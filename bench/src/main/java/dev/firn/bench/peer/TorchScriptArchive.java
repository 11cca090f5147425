package dev.firn.bench.peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module without parameters, made from its source text: the zip archive that {@code torch.jit.load} reads, with the
 * source under {@code code/}, a pickled object without state, and no constants. That is how a JVM reaches the operators that DJL has no
 * method for.
 */
final class TorchScriptArchive {
    // A protocol 2 pickle of an object of class __torch__.Peer whose only field, training, is true
    private static final String OBJECT =
            "\u0080\u0002c__torch__\nPeer\n)\u0081}(X\b\u0000\u0000\u0000training\u0088ub.";
    // ... and of an empty tuple
    private static final String CONSTANTS = "\u0080\u0002).";
    // The newest file format: no operator is replaced by an older one of the same name
    private static final String FORMAT = "10\n";

    private TorchScriptArchive() {}

    /** The archive of a module whose class is called {@code Peer}. */
    static byte[] of(String source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            put(zip, "constants.pkl", CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "version", FORMAT.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException("an archive in memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry("peer/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
