/**
 * Starts and stops the program.
 *
 * <p>The order is: refuse an address that others reach unless tokens are asked for, see that the port is free, start the embedded services that
 * have no external address, bring the schema up to date, then start Quarkus with the addresses as system properties (they
 * outrank the environment). Stopping goes the other way round. Limits: one server per home folder, and a home folder is
 * on a local disk.
 */
package dev.firn.api.boot;
