/**
 * Who computes, and who waits for it: the workers that are there, and the order in which waiting runs get a free slot.
 *
 * <p>Each worker computes one stage at a time and belongs to a class, which has a task queue of its own. A run that is let in
 * takes one slot of the smallest class whose every worker has the memory for it. Runs are let in by priority, then age; one that
 * no class fits does not hold up those behind it.
 *
 * <p>Limit: a worker that dies without a word counts until {@link dev.firn.registry.queue.WorkerStore#ABSENT_AFTER} has passed.
 */
package dev.firn.registry.queue;
