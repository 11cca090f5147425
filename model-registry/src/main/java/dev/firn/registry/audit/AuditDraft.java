package dev.firn.registry.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a request that may change something, until its entry is complete. Safe for use by the threads that work on
 * the request.
 */
public final class AuditDraft {
    private final Optional<String> caller;
    private final String address;
    private final String method;
    private final String path;
    private Optional<JsonNode> before = Optional.empty();
    private OptionalLong entry = OptionalLong.empty();
    private boolean answered;

    /** See {@link AuditEntry} for what each is. */
    public AuditDraft(Optional<String> caller, String address, String method, String path) {
        this.caller = requireNonNull(caller, "caller is null");
        this.address = requireNonNull(address, "address is null");
        this.method = requireNonNull(method, "method is null");
        this.path = requireNonNull(path, "path is null");
    }

    Optional<String> caller() {
        return caller;
    }

    String address() {
        return address;
    }

    String method() {
        return method;
    }

    /** The request's path, with its query when it has one. */
    public String path() {
        return path;
    }

    /** What is about to be changed, as it is. */
    public synchronized void before(JsonNode document) {
        before = Optional.of(document);
    }

    synchronized Optional<JsonNode> before() {
        return before;
    }

    /** Whether the next transaction that writes is to write the entry. */
    public synchronized boolean awaited() {
        return entry.isEmpty() && !answered;
    }

    /** The entry that was committed, when one was. */
    public synchronized OptionalLong entry() {
        return entry;
    }

    /** From now on no transaction writes the entry. */
    public synchronized void answered() {
        answered = true;
    }

    /** Remembers the entry, once its transaction is committed. */
    public synchronized void committed(long id) {
        entry = OptionalLong.of(id);
    }

    @Override
    public String toString() {
        return method + " " + path + " by " + caller.orElse("nobody known");
    }
}
