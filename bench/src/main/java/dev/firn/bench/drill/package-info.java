/**
 * The command {@code firn drill}: a short run once undisturbed, then again in a fresh home while parts of the system are killed at
 * seeded moments, and a comparison of the digests of everything that the stages made.
 *
 * <p>The drill is a client: it starts the shipped server as a process, talks to it over REST, and knows nothing of its inside but
 * the layout of a home where a fault needs it. A moment is a step of a train stage or a second of another stage; it is drawn from
 * the seed, and reached by watching the run.
 *
 * <p>Limits: the step at which a kill came is the one that the server had last told, which can be a second old. The kernel is not
 * killed: what a process had handed over to it survives, so losing the machine's memory is not drilled. No disk is filled: a
 * quota of the object store stands for it, so that Firn's own refusal is drilled and not the file system's.
 */
package dev.firn.bench.drill;
