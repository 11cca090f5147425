package dev.firn.api.embedding;

import dev.firn.api.http.Problem;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Gives problems under {@code /v1} the member that OpenAI's clients read. */
public final class OpenAiErrors {
    /** Looks at each answer of a resource. */
    @ServerResponseFilter
    public void add(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getEntity() instanceof Problem problem
                && request.getUriInfo().getPath().startsWith("/v1/")) {
            response.setEntity(OpenAiError.of(problem));
        }
    }
}
