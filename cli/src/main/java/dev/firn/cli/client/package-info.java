/**
 * Firn's REST interface as Java sees it: one class that talks HTTP, and a record for each answer.
 *
 * <p>Records name the fields that the command line uses; fields that a newer server adds are ignored, and the JSON that
 * was received is kept beside the record, so that {@code --json} prints all of it. Errors follow RFC 9457. Limits: an
 * answer other than an archive is held in memory whole.
 */
package dev.firn.cli.client;
