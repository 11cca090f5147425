package dev.firn.bench.peer;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Time spent in the methods of an interface, by thread. Works for whatever methods the interface has; a call costs some hundred
 * nanoseconds more.
 */
final class CallTimes {
    /** What the names of figures begin with that are shares of the threads' time. */
    static final String SHARE = "share:";

    /** A product with fewer multiplications is one of attention, at the widths and lengths that are measured here. */
    private static final long SMALL = 1L << 23;

    private final Map<Thread, Map<String, Long>> byThread = new ConcurrentHashMap<>();

    /** The same object, timed. */
    <T> T timed(Class<T> type, T inner) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    long start = System.nanoTime();
                    try {
                        return method.invoke(inner, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        add(name(type, method.getName(), arguments), System.nanoTime() - start);
                    }
                }));
    }

    private static String name(Class<?> type, String method, Object[] arguments) {
        String plain = type.getSimpleName() + "." + method;
        // MatrixProducts.multiply(transposeA, transposeB, m, n, k, ...)
        if (arguments != null
                && arguments.length > 4
                && arguments[2] instanceof Integer m
                && arguments[3] instanceof Integer n
                && arguments[4] instanceof Integer k
                && arguments[0] instanceof Boolean) {
            return plain + ((long) m * n * k < SMALL ? " (attention)" : " (layers)");
        }
        return plain;
    }

    private void add(String name, long nanoseconds) {
        byThread.computeIfAbsent(Thread.currentThread(), any -> Collections.synchronizedMap(new HashMap<>()))
                .merge(name, nanoseconds, Long::sum);
    }

    void clear() {
        byThread.clear();
    }

    /** Seconds by method, added over the threads. */
    Map<String, Double> seconds() {
        Map<String, Double> seconds = new TreeMap<>();
        byThread.values()
                .forEach(times ->
                        times.forEach((name, nanoseconds) -> seconds.merge(name, nanoseconds * 1e-9, Double::sum)));
        return seconds;
    }
}
