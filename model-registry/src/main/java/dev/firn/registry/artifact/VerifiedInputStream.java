package dev.firn.registry.artifact;

import dev.firn.registry.blob.BlobStore;
import java.io.InputStream;
import java.util.Objects;

/** A part of a file, read chunk by chunk, each verified before a byte of it is given. */
final class VerifiedInputStream extends InputStream {
    private final BlobStore blobs;
    private final Manifest.File file;
    private long position;
    private final long end;
    private byte[] chunk = new byte[0];
    private long chunkStart = -1;

    VerifiedInputStream(BlobStore blobs, Manifest.File file, long offset, long length) {
        this.blobs = blobs;
        this.file = file;
        this.position = offset;
        this.end = offset + length;
    }

    @Override
    public int read() {
        if (position >= end) {
            return -1;
        }
        load();
        int value = chunk[(int) (position - chunkStart)] & 0xff;
        position++;
        return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        load();
        int from = (int) (position - chunkStart);
        int count = (int) Math.min(Math.min(length, chunk.length - from), end - position);
        System.arraycopy(chunk, from, target, offset, count);
        position += count;
        return count;
    }

    private void load() {
        long start = position / Manifest.CHUNK_BYTES * Manifest.CHUNK_BYTES;
        if (start == chunkStart) {
            return;
        }
        int index = Math.toIntExact(start / Manifest.CHUNK_BYTES);
        int length = (int) Math.min(Manifest.CHUNK_BYTES, file.bytes() - start);
        chunk = blobs.readPart(file.digest(), start, length, file.chunks().get(index));
        chunkStart = start;
    }
}
