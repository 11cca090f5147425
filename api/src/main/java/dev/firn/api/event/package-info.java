/**
 * The events of runs as server-sent events.
 *
 * <p>Each listener reads from the event store itself, in pages, as fast as its client takes them; one poller for all
 * listeners says when there is something new to read, so that a thousand idle listeners cost one small query per run and
 * tick. Limits: news arrive up to a tick (half a second) late; what a worker says about its progress is not kept, so a
 * listener sees the newest of it only.
 */
package dev.firn.api.event;
