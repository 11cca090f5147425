/**
 * The command line: a REST client of a Firn server.
 *
 * <p>Results go to standard output, everything else to standard error; with {@code --json} the last line of standard
 * output is the result. Exit codes: 0 done, 1 failed, 2 wrong input. Nothing here reads the server's files or database:
 * what the command line shows, any HTTP client can have.
 */
package dev.firn.cli;
