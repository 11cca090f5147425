/**
 * The commands, one class each: what the user typed, one or a few requests, and what is printed.
 *
 * <p>Limits: a command knows one server; it does not look for another when the first does not answer.
 */
package dev.firn.cli.command;
