package dev.firn.api.http;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * A problem with the member that OpenAI's clients read beside those of RFC 9457, so that they show the message.
 *
 * @param problem its members stand at the top, as in any other problem
 */
public record OpenAiError(@JsonUnwrapped Problem problem, Description error) {
    /**
     * What OpenAI's clients show.
     *
     * @param type their word for the kind
     * @param param the field that is wrong, without the slash of its pointer; null when it is not about a field
     * @param code the last part of the problem's type
     */
    public record Description(
            String message, String type, @Nullable String param, String code) {}

    /** What a request to a path is answered with: this where OpenAI's clients ask, else the problem as it is. */
    static Object answer(String path, Problem problem) {
        return path.startsWith("/v1/") ? of(problem) : problem;
    }

    private static OpenAiError of(Problem problem) {
        String param = problem.errors().isEmpty()
                ? null
                : problem.errors().getFirst().pointer().replaceFirst("^/", "");
        String message = param == null || problem.detail().startsWith("/")
                ? problem.detail()
                : param + " " + problem.errors().getFirst().detail();
        return new OpenAiError(
                problem,
                new Description(
                        message,
                        problem.status() < 500 ? "invalid_request_error" : "server_error",
                        param,
                        problem.type().substring(problem.type().lastIndexOf('/') + 1)));
    }
}
