/**
 * Following a run to its end, with its progress drawn.
 *
 * <p>The server is asked about once a second rather than listened to: a question survives a restart of the server, a
 * proxy and a sleeping laptop, and the answer is the truth of the database. Limits: what happens and is over between
 * two questions is seen only in its result.
 */
package dev.firn.cli.follow;
