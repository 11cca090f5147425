/**
 * What the command line writes, and where: results to standard output, all else to standard error; tables; numbers and
 * times as people read them. Numbers are written with a point in every locale, since the output is also read by
 * programs.
 */
package dev.firn.cli.console;
