package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.ProblemException;
import dev.firn.cli.client.ServerAwayException;
import dev.firn.cli.client.Study;
import dev.firn.cli.console.Console;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Follows a study to its end, through restarts of the server: a line for each change of a run. */
final class StudyFollowing {
    private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(1);

    private StudyFollowing() {}

    /**
     * Follows the study and prints what came of it.
     *
     * @return the exit code: done only when every run succeeded
     */
    static int follow(FirnClient client, Console console, String id, boolean json) throws InterruptedException {
        console.say("Study " + id + "; it goes on without this command: ./firn study stop " + id + " ends it");
        Map<Integer, String> said = new HashMap<>();
        boolean away = false;
        while (true) {
            try {
                Answer<Study> study = client.study(id);
                if (away) {
                    console.say("The server is back.");
                    away = false;
                }
                tell(study.value(), said, console);
                if (study.value().state().ended()) {
                    if (json) {
                        console.result(study.json());
                    } else {
                        console.result(StudyText.whole(study.value()));
                    }
                    return StudyText.succeeded(study.value()) ? ExitCode.DONE : ExitCode.FAILED;
                }
            } catch (ServerAwayException e) {
                away = sayAway(console, away, e.getMessage());
            } catch (ProblemException e) {
                if (!e.away()) {
                    throw e;
                }
                away = sayAway(
                        console, away, client.server() + " says " + e.problem().title());
            }
            TimeUnit.MILLISECONDS.sleep(BETWEEN_QUESTIONS.toMillis());
        }
    }

    private static boolean sayAway(Console console, boolean alreadySaid, String message) {
        if (!alreadySaid) {
            console.say(message + ". Waiting for it; a restarted server goes on with the study.");
        }
        return true;
    }

    private static void tell(Study study, Map<Integer, String> said, Console console) {
        for (Study.StudyRun run : study.runs()) {
            String now = run.state().toLowerCase(Locale.ROOT);
            for (Study.StageState stage : run.stages()) {
                if (stage.state().equals("RUNNING")) {
                    now += ", " + stage.name();
                }
            }
            if (!now.equals(said.put(run.position(), now)) && !now.equals("waiting")) {
                console.say(run.label() + ": " + now);
            }
        }
    }
}
