package dev.firn.api.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.registry.audit.AuditDraft;
import dev.firn.registry.audit.AuditStore;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Supplier;

/** What the server changes by itself, asked by nobody: it leaves an entry as if the server had sent the request for it. */
@Singleton
public class OwnChanges {
    private static final ScopedValue<AuditDraft> DRAFT = ScopedValue.newInstance();
    private static final int DONE = 200;

    private final AuditStore audit;
    private final ObjectMapper json;

    public OwnChanges(AuditStore audit, ObjectMapper json) {
        this.audit = requireNonNull(audit, "audit is null");
        this.json = requireNonNull(json, "json is null");
    }

    /** The change of the server's own that the asking thread works on. */
    static Optional<AuditDraft> current() {
        return DRAFT.isBound() ? Optional.of(DRAFT.get()) : Optional.empty();
    }

    /**
     * Does what a request would. When that changes nothing, no entry is left.
     *
     * @param work in this thread alone; what it gives stands in the entry as what is there afterwards
     */
    public <T> T make(String method, String path, Supplier<T> work) {
        AuditDraft draft = new AuditDraft(Optional.of(AuditStore.SERVER), "", method, path);
        T result = ScopedValue.where(DRAFT, draft).call(work::get);
        if (draft.entry().isPresent()) {
            audit.complete(draft, DONE, Optional.of(json.valueToTree(result)));
        }
        return result;
    }
}
