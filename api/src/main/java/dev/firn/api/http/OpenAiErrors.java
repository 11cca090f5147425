package dev.firn.api.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Gives problems under {@code /v1} the member that OpenAI's clients read. */
public final class OpenAiErrors {
    /** Looks at each answer of a resource. */
    @ServerResponseFilter
    public void add(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getEntity() instanceof Problem problem) {
            response.setEntity(OpenAiError.answer(request.getUriInfo().getPath(), problem));
        }
    }
}
