/**
 * Whom to tell when a run's state changes or an alias moves, and the messages on their way.
 *
 * <p>A message is written in the transaction of what it tells of (a transactional outbox): it is there if and only if that
 * happened. Whoever sends messages claims those that are due for a while, so that several servers share the work and the messages
 * of one that dies are sent by another. So a message arrives at least once, or is given up after a day; its id stays the same, so
 * that a receiver can tell a second arrival.
 *
 * <p>Limits: messages of one receiver may arrive out of order, since one that fails does not hold up those after it.
 */
package dev.firn.registry.webhook;
