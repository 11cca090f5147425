/**
 * The Quarkus application: it starts the embedded services, serves REST and the page, and runs the Temporal workers.
 *
 * <p>One package per resource of the REST contract; {@link dev.firn.api.boot} starts the program, {@link
 * dev.firn.api.http} holds what every answer shares (problems, pages, ranges, guards), {@link dev.firn.api.wiring} makes
 * the stores injectable. Resources are thin: they translate between HTTP and the stores. Limits: no authentication, and
 * therefore loopback only.
 */
package dev.firn.api;
