package dev.firn.bench.drill;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The command line of {@code firn drill}.
 *
 * @param faults what is done, in the order of {@link Fault}
 * @param skipped what would be done as well, were it not for a reason
 * @param kills how often each is done
 * @param seed decides the moments
 * @param json whether the last line is the result as JSON
 */
record DrillArguments(List<Fault> faults, Map<Fault, String> skipped, int kills, long seed, boolean json) {
    /** Kills where one fault is drilled. */
    static final int KILLS = 5;

    /** Kills of each fault where all are drilled. */
    static final int KILLS_OF_EACH = 1;

    private static final int MOST_KILLS = 100;

    DrillArguments {
        faults = List.copyOf(faults);
        skipped = skipped.isEmpty() ? Map.of() : new EnumMap<>(skipped);
    }

    /** What was typed is wrong. */
    static final class WrongInputException extends Exception {
        private static final long serialVersionUID = 1;

        WrongInputException(String message) {
            super(message);
        }
    }

    /**
     * Reads the command line.
     *
     * @param otherwise the seed where none is given
     * @param missing faults that cannot be done on this machine, each with the reason
     * @throws WrongInputException saying what is wrong
     */
    static DrillArguments parse(long otherwise, Map<Fault, String> missing, String... words)
            throws WrongInputException {
        List<Fault> faults = List.of(Fault.SERVER);
        int kills = 0;
        long seed = otherwise;
        boolean json = false;
        boolean all = false;
        for (int i = 0; i < words.length; i++) {
            String option = words[i];
            switch (option) {
                case "--json" -> json = true;
                case "--kills" -> {
                    i++;
                    kills = (int) number(option, words, i, 1, MOST_KILLS);
                }
                case "--seed" -> {
                    i++;
                    seed = number(option, words, i, 0, Long.MAX_VALUE);
                }
                case "--fault" -> {
                    i++;
                    String word = i < words.length ? words[i] : "";
                    all = word.equals("all");
                    faults = all
                            ? Arrays.stream(Fault.values())
                                    .filter(fault -> !missing.containsKey(fault))
                                    .toList()
                            : List.of(fault(word, missing));
                }
                default ->
                    throw new WrongInputException(
                            "there is no option " + option + "; there are --kills N, --seed N, --fault NAME, --json");
            }
        }
        return new DrillArguments(
                faults, all ? missing : Map.of(), kills > 0 ? kills : all ? KILLS_OF_EACH : KILLS, seed, json);
    }

    private static Fault fault(String word, Map<Fault, String> missing) throws WrongInputException {
        Fault fault = Fault.ofWord(word)
                .orElseThrow(
                        () -> new WrongInputException("there is no fault " + word + "; there are " + Fault.words()));
        if (missing.containsKey(fault)) {
            throw new WrongInputException("the fault " + word + " cannot be drilled here: " + missing.get(fault));
        }
        return fault;
    }

    private static long number(String option, String[] words, int place, long least, long most)
            throws WrongInputException {
        String word = place < words.length ? words[place] : "";
        try {
            long number = Long.parseLong(word);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, as a number that is outside
        }
        throw new WrongInputException(option + " must be a whole number from " + least + " to " + most
                + (word.isEmpty() ? ", is missing" : ", is " + word));
    }
}
