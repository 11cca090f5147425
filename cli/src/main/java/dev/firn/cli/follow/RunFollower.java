package dev.firn.cli.follow;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.ProblemException;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.ServerAwayException;
import dev.firn.cli.console.Console;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks about a run until it has ended, through restarts of the server. */
public final class RunFollower {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(700);

    private final FirnClient client;
    private final ProgressDisplay display;
    private final Duration interval;

    public RunFollower(FirnClient client, Console console) {
        this(client, ProgressDisplay.on(console), BETWEEN_QUESTIONS);
    }

    RunFollower(FirnClient client, ProgressDisplay display, Duration interval) {
        this.client = requireNonNull(client, "client is null");
        this.display = requireNonNull(display, "display is null");
        this.interval = requireNonNull(interval, "interval is null");
    }

    /**
     * Shows the run's progress until it has ended.
     *
     * @return the run as it ended
     * @throws ProblemException when the server no longer knows the run
     * @throws InterruptedException when the thread was interrupted; the run goes on
     */
    public Answer<Run> follow(String id) throws InterruptedException {
        boolean away = false;
        try {
            while (true) {
                try {
                    Answer<Run> run = client.run(id);
                    if (away) {
                        display.notice("The server is back.");
                        away = false;
                    }
                    display.show(run.value());
                    if (run.value().state().ended()) {
                        return run;
                    }
                } catch (ServerAwayException e) {
                    away = sayAway(away, e.getMessage());
                } catch (ProblemException e) {
                    if (!e.away()) {
                        throw e;
                    }
                    away = sayAway(
                            away, client.server() + " says " + e.problem().title());
                }
                TimeUnit.MILLISECONDS.sleep(interval.toMillis());
            }
        } finally {
            display.close();
        }
    }

    private boolean sayAway(boolean alreadySaid, String message) {
        if (!alreadySaid) {
            display.notice(message
                    + ". Waiting for it; a restarted server goes on with the run. Ctrl-C ends only the waiting.");
        }
        return true;
    }
}
