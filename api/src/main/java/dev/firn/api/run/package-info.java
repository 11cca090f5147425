/**
 * Runs over REST: submit, list, look at, steer, and their metrics, events and logs.
 *
 * <p>The records named {@code …View} are the JSON of the REST contract and nothing else; the page shows the same ones.
 * Limits: a list is newest first; the stages of each run of a page are read together, its progress from the newest
 * progress event.
 */
package dev.firn.api.run;
