package dev.firn.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line of {@code firn bench}.
 *
 * @param names what to run, in the order of {@link BenchName}
 * @param all whether all were asked for, so that the result is told by name
 * @param json whether the last line is the result as JSON
 */
record BenchArguments(List<BenchName> names, boolean all, boolean json, int runs, int threads, boolean quick) {
    /** The fewest runs that a median is taken of. */
    static final int FEWEST_RUNS = 5;

    /** Runs with {@code --quick}. */
    static final int QUICK_RUNS = 3;

    private static final int MOST = 1024;

    BenchArguments {
        names = List.copyOf(names);
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
     * @throws WrongInputException saying what is wrong
     */
    static BenchArguments parse(String... words) throws WrongInputException {
        List<BenchName> names = new ArrayList<>();
        boolean all = false;
        boolean json = false;
        boolean quick = false;
        int runs = 0;
        int threads = Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            switch (word) {
                case "--json" -> json = true;
                case "--quick" -> quick = true;
                case "--runs" -> {
                    i++;
                    runs = number(word, words, i);
                }
                case "--threads" -> {
                    i++;
                    threads = number(word, words, i);
                }
                case "all" -> all = true;
                default ->
                    names.add(BenchName.ofWord(word)
                            .orElseThrow(() -> new WrongInputException(
                                    word.startsWith("-")
                                            ? "there is no option " + word
                                                    + "; there are --json, --runs N, --threads N, --quick"
                                            : "there is no benchmark " + word + "; there are " + BenchName.words())));
            }
        }
        if (names.size() > 1 || (all && !names.isEmpty())) {
            throw new WrongInputException("one benchmark at a time, or all; there are " + BenchName.words());
        }
        if (runs > 0 && runs < FEWEST_RUNS && !quick) {
            throw new WrongInputException("--runs must be at least " + FEWEST_RUNS + " without --quick, is " + runs);
        }
        all = names.isEmpty();
        return new BenchArguments(
                all ? Arrays.asList(BenchName.values()) : names,
                all,
                json,
                runs > 0 ? runs : quick ? QUICK_RUNS : FEWEST_RUNS,
                threads,
                quick);
    }

    private static int number(String option, String[] words, int place) throws WrongInputException {
        String word = place < words.length ? words[place] : "";
        try {
            int number = Integer.parseInt(word);
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, as a number that is outside
        }
        throw new WrongInputException(option + " must be a whole number from 1 to " + MOST
                + (word.isEmpty() ? ", is missing" : ", is " + word));
    }
}
