package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunState;
import dev.firn.cli.console.Console;
import dev.firn.cli.follow.RunFollower;
import java.util.concurrent.atomic.AtomicBoolean;

/** Follows a run to its end and tells the user who stops it early that the run goes on. */
final class RunFollowing {
    private RunFollowing() {}

    /**
     * Follows the run and prints how it ended.
     *
     * @return the exit code: done only when the run succeeded
     */
    static int follow(FirnClient client, Console console, String id, boolean json) throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        Thread farewell = new Thread(
                () -> {
                    if (!ended.get()) {
                        console.say("\nThe run goes on without this command. To see it again: ./firn run " + id
                                + " --follow; to end it: ./firn cancel " + id);
                    }
                },
                "farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        Answer<Run> run;
        try {
            run = new RunFollower(client, console).follow(id);
        } finally {
            ended.set(true);
        }
        console.say(RunText.ending(run.value()));
        if (json) {
            console.result(run.json());
        } else {
            console.result(RunText.whole(
                    run.value(), client.controls(id, RunText.CONTROLS).items()));
        }
        return run.value().state() == RunState.SUCCEEDED ? ExitCode.DONE : ExitCode.FAILED;
    }
}
