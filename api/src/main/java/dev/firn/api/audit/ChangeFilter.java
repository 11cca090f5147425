package dev.firn.api.audit;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.http.Names;
import dev.firn.api.security.AccessRules;
import dev.firn.api.security.Caller;
import dev.firn.registry.audit.AuditDraft;
import dev.firn.registry.audit.AuditStore;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Optional;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Sees every request that may change something, before and after, and writes down what it changed. */
@Singleton
public class ChangeFilter {
    private static final Logger LOG = Logger.getLogger(ChangeFilter.class);
    private static final int LONGEST_PATH = 1000;
    private static final int REFUSED = 400;

    /** What these do they only show, unless they wrote something. */
    private static final String PARTS_OF_PAGES = "/fragments/";

    private final AuditStore audit;
    private final ManagedExecutor executor;
    private final CurrentVertxRequest current;
    private final Change change;
    private final Caller caller;

    /** What is the request's own is looked up each time. */
    public ChangeFilter(
            AuditStore audit, ManagedExecutor executor, CurrentVertxRequest current, Change change, Caller caller) {
        this.current = requireNonNull(current, "current is null");
        this.change = requireNonNull(change, "change is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.audit = requireNonNull(audit, "audit is null");
        this.executor = requireNonNull(executor, "executor is null");
    }

    /** Begins the entry of a request that may change something. */
    @ServerRequestFilter
    public void begin(ContainerRequestContext request) {
        RoutingContext context = current.getCurrent();
        if (AccessRules.reads(request.getMethod(), context.normalizedPath())) {
            return;
        }
        HttpServerRequest asked = context.request();
        String path = context.normalizedPath() + (asked.query() == null ? "" : "?" + asked.query());
        change.begin(new AuditDraft(
                caller.name(),
                asked.remoteAddress() == null
                        ? ""
                        : String.valueOf(asked.remoteAddress().hostAddress()),
                request.getMethod(),
                path.length() <= LONGEST_PATH ? path : path.substring(0, LONGEST_PATH)));
    }

    /** Completes it; what was refused and changed nothing leaves none. */
    @ServerResponseFilter
    public void end(ContainerResponseContext response) {
        Optional<AuditDraft> draft = change.draft();
        if (draft.isEmpty()) {
            return;
        }
        boolean made = response.getStatus() < REFUSED && !draft.get().path().startsWith(PARTS_OF_PAGES);
        if (!made && draft.get().entry().isEmpty()) {
            return;
        }
        Optional<JsonNode> after = change.after(Optional.ofNullable(response.getEntity()));
        int status = response.getStatus();
        if (BlockingOperationControl.isBlockingAllowed()) {
            complete(draft.get(), status, after);
        } else {
            executor.execute(() -> complete(draft.get(), status, after));
        }
    }

    private void complete(AuditDraft draft, int status, Optional<JsonNode> after) {
        try {
            audit.complete(draft, status, after);
        } catch (RuntimeException e) {
            // The change is made; what can still be told is told here
            LOG.error("The entry of the audit trail could not be completed: " + Names.shortened(draft.toString()), e);
        }
    }
}
