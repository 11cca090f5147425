/**
 * Lines of files as bytes, with their numbers, so that whatever is wrong with one can be named: plain, or compressed as the file's
 * name says ({@code .gz}, {@code .zst}, {@code .xz}).
 *
 * <p>Memory holds one line, of 64 MiB at most.
 */
package dev.firn.training.lines;
