package dev.firn.embedded;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** S3Proxy over a folder, on a loopback port, with signed requests only. */
public final class EmbeddedObjectStore implements AutoCloseable {
    private static final String REGION = "us-east-1";

    private final S3Proxy proxy;
    private final ServiceAddresses.ObjectStore address;

    private EmbeddedObjectStore(S3Proxy proxy, ServiceAddresses.ObjectStore address) {
        this.proxy = proxy;
        this.address = address;
    }

    /**
     * Starts the store.
     *
     * @param folder where the objects lie, as {@code folder/bucket/key}
     * @param preferredPort a port to use when it is free; 0 for any
     * @param bucket a bucket, which is made when it is missing
     */
    public static EmbeddedObjectStore start(
            Path folder, int preferredPort, String accessKey, String secretKey, String bucket) {
        try {
            PrivateFiles.createFolder(folder);
            PrivateFiles.createFolder(folder.resolve(bucket));
            S3Proxy proxy = S3Proxy.builder()
                    .blobStore(new PrivateBlobStore(
                            new FilesystemNio2BlobStore(folder.toRealPath().toString())))
                    .endpoint(URI.create("http://" + LoopbackPorts.HOST + ":" + LoopbackPorts.free(preferredPort)))
                    .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                    .metricsEnabled(false)
                    .build();
            proxy.start();
            return new EmbeddedObjectStore(
                    proxy,
                    new ServiceAddresses.ObjectStore(
                            URI.create("http://" + LoopbackPorts.HOST + ":" + proxy.getPort()),
                            accessKey,
                            secretKey,
                            bucket,
                            REGION));
        } catch (IOException e) {
            throw new EmbeddedServiceException("the embedded object store cannot use " + folder + " (" + e + ")", e);
        } catch (Exception e) {
            throw new EmbeddedServiceException("the embedded object store did not start (" + e + ")", e);
        }
    }

    /** Where the store listens. */
    public ServiceAddresses.ObjectStore address() {
        return address;
    }

    /** Ends the store; its objects stay. */
    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new EmbeddedServiceException("the embedded object store did not stop", e);
        }
    }
}
