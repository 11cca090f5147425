package dev.firn.api.webhook;

import static java.util.Objects.requireNonNull;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which addresses messages may go to: any in the Internet; of this machine and of private networks only those that the operator named.
 *
 * <p>A name is looked up when a message is sent, and the connection goes to an address that was looked at ({@link #addresses}): a name
 * that points elsewhere by then does not get around it.
 */
final class AllowedReceivers {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final Set<String> named;

    /**
     * @param named hosts, each with a port or without: {@code hooks.internal}, {@code 127.0.0.1:9000}
     * @throws IllegalArgumentException when one of them is neither
     */
    AllowedReceivers(List<String> named) {
        this.named = new TreeSet<>();
        for (String entry : requireNonNull(named, "named is null")) {
            String host = entry.strip().toLowerCase(Locale.ROOT);
            if (!host.matches("([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?")) {
                throw new IllegalArgumentException(
                        "FIRN_WEBHOOK_ALLOW must hold hosts, each with a port or without, separated by commas; '"
                                + entry + "' is none");
            }
            this.named.add(host);
        }
    }

    /** What is wrong with an address that messages are to go to; nothing when they may. Names are not looked up. */
    Optional<String> refusal(URI url) {
        boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
        if (!web || url.getHost() == null || url.getUserInfo() != null || url.getFragment() != null) {
            return Optional.of("must be an http or https address, without a user and a fragment");
        }
        if (isNamed(url)) {
            return Optional.empty();
        }
        String host = url.getHost().toLowerCase(Locale.ROOT);
        Optional<InetAddress> literal = literal(host);
        // A name without a letter could be taken for an address in one of its odd forms
        boolean internal = literal.map(AllowedReceivers::isInternal)
                .orElse(host.endsWith(".localhost") || !host.contains(".") || host.matches("[0-9.]+"));
        return internal ? Optional.of(reason(host)) : Optional.empty();
    }

    /**
     * The addresses of a receiver to which a connection may go.
     *
     * @throws UnknownHostException when the name is unknown, or none of its addresses may be connected to
     */
    List<InetAddress> addresses(URI url) throws UnknownHostException {
        InetAddress[] found = InetAddress.getAllByName(url.getHost());
        if (isNamed(url)) {
            return Arrays.asList(found);
        }
        List<InetAddress> allowed =
                Arrays.stream(found).filter(address -> !isInternal(address)).toList();
        if (allowed.isEmpty()) {
            throw new UnknownHostException(reason(url.getHost()));
        }
        return allowed;
    }

    private static String reason(String host) {
        return host + " is this machine or in a private network; the operator can allow it: FIRN_WEBHOOK_ALLOW=" + host;
    }

    private boolean isNamed(URI url) {
        String host = url.getHost().toLowerCase(Locale.ROOT);
        int port = url.getPort() >= 0 ? url.getPort() : "https".equals(url.getScheme()) ? HTTPS : HTTP;
        return named.contains(host) || named.contains(host + ":" + port);
    }

    private static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(
                    InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host));
        } catch (IllegalArgumentException e) {
            // A name
            return Optional.empty();
        }
    }

    /** Whether an address is not one of the Internet: this machine, its network, private ones, and what else is set aside. */
    static boolean isInternal(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        return switch (address) {
            case Inet4Address _ -> isSetAside(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff);
            // Unique local (fc00::/7); what carries an IPv4 address (6to4, NAT64, compatible) could lead back inside
            case Inet6Address _ ->
                (bytes[0] & 0xfe) == 0xfc
                        || ((bytes[0] & 0xff) == 0x20 && (bytes[1] & 0xff) == 0x02)
                        || ((bytes[0] & 0xff) == 0x00 && (bytes[1] & 0xff) == 0x64)
                        || isZero(bytes, 0, 12)
                        || ((bytes[0] & 0xff) == 0x20 && (bytes[1] & 0xff) == 0x01 && bytes[2] == 0 && bytes[3] == 0);
            default -> true;
        };
    }

    /** RFC 6890: this network, shared (carriers), protocol assignments, benchmarks, and reserved. */
    private static boolean isSetAside(int first, int second, int third) {
        return first == 0
                || first >= 240
                || (first == 100 && (second & 0xc0) == 64)
                || (first == 192 && second == 0 && third == 0)
                || (first == 198 && (second & 0xfe) == 18);
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
