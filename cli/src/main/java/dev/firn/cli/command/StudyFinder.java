package dev.firn.cli.command;

import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Study;
import java.util.List;

/** Finds the study that a user means. */
final class StudyFinder {
    private static final int SEARCHED = 1000;
    private static final int ID_CHARACTERS = 36;

    private StudyFinder() {}

    /**
     * The id of the study that has this id, or the only one whose id begins so, or the newest of this name.
     *
     * @throws InputException when there is none, or several ids begin so
     */
    static String find(FirnClient client, String text) throws InterruptedException {
        if (text.length() == ID_CHARACTERS) {
            return text;
        }
        Listing<Study> studies = client.studies(SEARCHED);
        List<Study> begun = studies.items().stream()
                .filter(study -> study.id().regionMatches(true, 0, text, 0, text.length()))
                .toList();
        if (begun.size() == 1) {
            return begun.getFirst().id();
        }
        for (Study study : studies.items()) {
            if (study.name().equals(text)) {
                return study.id();
            }
        }
        throw new InputException(
                begun.size() > 1
                        ? "the ids of " + begun.size() + " studies begin with " + text
                        : "no study has the name or an id that begins with " + text + "; ./firn studies lists them");
    }
}
