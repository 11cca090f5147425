/**
 * What is measured, each in a process of its own: Firn's engine and its peers.
 *
 * <p>{@link dev.firn.bench.peer.PeerProcess} starts {@link dev.firn.bench.peer.PeerMain}, which prepares one {@link
 * dev.firn.bench.peer.Runner} and runs it when asked to, so that runs of two peers can be interleaved while neither shares a process,
 * an allocator or a pool of threads with the other. Firn's processes have the environment that the launcher gives to the server;
 * a peer has its own defaults, and none of Firn's libraries loaded natively.
 *
 * <p>Limits: Linux, for the peak of resident memory is read from {@code /proc}.
 */
package dev.firn.bench.peer;
