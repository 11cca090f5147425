/** The command line. */
package dev.firn.cli;
