package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The page's form for a token, and its way out. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
public class LoginResource {
    /** A path of this server, in characters that no browser takes for another server's. */
    private static final Pattern OWN_PATH = Pattern.compile("/([A-Za-z0-9._~-][A-Za-z0-9._~/-]*)?");

    /** What a token and so a cookie's value may consist of. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e&&[^\",;\\\\]]{1,1000}");

    private final Authentication authentication;
    private final Caller caller;
    private final OpenIdConnect provider;

    public LoginResource(Authentication authentication, Caller caller, OpenIdConnect provider) {
        this.authentication = requireNonNull(authentication, "authentication is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.provider = requireNonNull(provider, "provider is null");
    }

    /** The templates; their parameters are checked when the application is built. */
    @CheckedTemplate
    static final class Templates {
        private Templates() {}

        static native TemplateInstance login(String then, boolean refused, String name, boolean provider);
    }

    /** The form; or who is known already, and the way out. */
    @GET
    @Path("login")
    @Operation(hidden = true)
    public Response form(@QueryParam("then") @DefaultValue("/") String then) {
        if (!authentication.required()) {
            return Response.seeOther(URI.create("/")).build();
        }
        return Response.ok(Templates.login(ownPath(then), false, caller.name().orElse(""), provider.signIn()))
                .build();
    }

    /** Where a person comes back to from the provider; the filter sends whoever has not been there to it. */
    @GET
    @Path("login/oidc")
    @Operation(hidden = true)
    public Response signedIn(@QueryParam("then") @DefaultValue("/") String then) {
        return Response.seeOther(URI.create(ownPath(then))).build();
    }

    /** Takes a token for the cookie. */
    @POST
    @Path("login")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Response login(
            @FormParam("token") @DefaultValue("") String token,
            @FormParam("then") @DefaultValue("/") String then,
            @Context HttpServerRequest request) {
        String presented = token.strip();
        Optional<Identity> found =
                TOKEN.matcher(presented).matches() ? authentication.find(presented) : Optional.empty();
        if (found.isEmpty()) {
            return Response.status(Response.Status.UNAUTHORIZED)
                    .entity(Templates.login(ownPath(then), true, "", provider.signIn()))
                    .build();
        }
        LoginCookie.write(request, presented);
        return Response.seeOther(URI.create(ownPath(then))).build();
    }

    /** Takes the cookie away. */
    @POST
    @Path("logout")
    @Operation(hidden = true)
    public Response logout(@Context HttpServerRequest request) {
        LoginCookie.remove(request);
        OpenIdConnect.removeSession(request);
        return Response.seeOther(URI.create(LoginCookie.PATH)).build();
    }

    private static String ownPath(String path) {
        return OWN_PATH.matcher(path).matches() ? path : "/";
    }
}
