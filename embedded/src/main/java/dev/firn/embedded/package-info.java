/**
 * PostgreSQL, S3 and Temporal inside this process, for people who have none of them running.
 *
 * <p>Everything listens on 127.0.0.1 only, on a port that was free and is kept from start to start where it still is.
 * Passwords and keys are generated once and lie, readable by their owner only, in Firn's home. A home serves one
 * process at a time ({@link dev.firn.embedded.HomeLock}).
 *
 * <p><b>PostgreSQL</b> is the real server, a child process, from the binaries that zonky.io publishes. It is durable:
 * what was acknowledged survives the loss of every process and, as far as the disk keeps its word, of the machine.
 * <b>S3</b> is S3Proxy over a folder. It does not force its files to disk: objects survive the loss of processes; an
 * object written in the seconds before a power failure may come back damaged, which reading finds by its digest.
 * <b>Temporal</b> is the Java SDK's test server in real time. It forgets everything when the process ends, has no
 * listing of workflows and no authentication, and keeps about 16 KB for each finished workflow: Firn continues
 * unfinished runs from its registry.
 *
 * <p>Limits: Linux on x86-64. As root, PostgreSQL is run through {@code unshare}, since it refuses to run as root.
 */
package dev.firn.embedded;
