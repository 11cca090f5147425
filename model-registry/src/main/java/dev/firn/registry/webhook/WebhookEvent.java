package dev.firn.registry.webhook;

import java.util.List;
import java.util.Locale;

/** The kinds of events that receivers can be told of. */
public final class WebhookEvent {
    /** An alias points to another version. */
    public static final String ALIAS_MOVED = "alias.moved";

    /** An alias is gone. */
    public static final String ALIAS_REMOVED = "alias.removed";

    /** All of them: one for each state that a run can enter, and those of aliases. */
    public static final List<String> ALL = List.of(
            "run.queued",
            "run.running",
            "run.paused",
            "run.stopping",
            "run.cancelled",
            "run.failed",
            "run.succeeded",
            ALIAS_MOVED,
            ALIAS_REMOVED);

    private WebhookEvent() {}

    /** A run is in this state now, such as {@code SUCCEEDED}. */
    public static String ofRunState(String state) {
        return "run." + state.toLowerCase(Locale.ROOT);
    }
}
