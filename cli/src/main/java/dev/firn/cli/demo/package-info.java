/**
 * {@code ./firn demo}: submits the quickstart to a server of the same process, follows it, and prints what each stage
 * of the training gained over the one before and against BM25.
 *
 * <p>Everything is read over REST, as any other client would: the demonstration knows nothing that a user of the
 * server could not know. Limits: it shows one metric, nDCG@10; the evaluations themselves hold more.
 */
package dev.firn.cli.demo;
