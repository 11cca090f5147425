package dev.firn.training.kernels;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The OpenBLAS that ND4J loaded, called on raw addresses: a call costs some ten nanoseconds and makes no object, where ND4J's
 * own {@code gemm} makes several. Loading it sets OpenBLAS to one thread for the whole process.
 */
public final class OpenBlas {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private static final MethodHandle SGEMM;
    private static final String CONFIGURATION;
    private static final String CORE;

    static {
        // ND4J sets the number of BLAS threads when it starts, so it must have started
        Nd4j.getBackend();
        Loader.load(openblas.class);
        call("openblas_set_num_threads", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT), 1);
        CONFIGURATION = text("openblas_get_config");
        CORE = text("openblas_get_corename");
        SGEMM = handle(
                "cblas_sgemm",
                FunctionDescriptor.ofVoid(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_FLOAT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_FLOAT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
    }

    private OpenBlas() {}

    /** Name, version and build of the library, as it says itself. */
    public static String configuration() {
        return CONFIGURATION;
    }

    /** The kernel set chosen for this processor. */
    public static String core() {
        return CORE;
    }

    /** Row-major {@code C[m,n] = alpha·op(A)[m,k]·op(B)[k,n] + beta·C}, on addresses of floats. */
    static void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            long a,
            int strideA,
            long b,
            int strideB,
            float beta,
            long c,
            int strideC) {
        try {
            SGEMM.invokeExact(
                    ROW_MAJOR,
                    transposeA ? TRANSPOSE : NO_TRANSPOSE,
                    transposeB ? TRANSPOSE : NO_TRANSPOSE,
                    m,
                    n,
                    k,
                    alpha,
                    a,
                    strideA,
                    b,
                    strideB,
                    beta,
                    c,
                    strideC);
        } catch (Throwable e) {
            throw new IllegalStateException("cblas_sgemm could not be called", e);
        }
    }

    @SuppressWarnings("restricted")
    private static String text(String function) {
        MemorySegment text = (MemorySegment) call(
                function,
                FunctionDescriptor.of(ValueLayout.ADDRESS.withTargetLayout(
                        MemoryLayout.sequenceLayout(4096, ValueLayout.JAVA_BYTE))));
        return text.getString(0).trim();
    }

    private static Object call(String function, FunctionDescriptor descriptor, Object... arguments) {
        try {
            return handle(function, descriptor).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(function + " could not be called", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String function, FunctionDescriptor descriptor) {
        Pointer address = Loader.addressof(function);
        if (address == null) {
            throw new IllegalStateException("OpenBLAS has no " + function);
        }
        return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(address.address()), descriptor);
    }
}
