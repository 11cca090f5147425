/**
 * Files and folders of artifacts as downloads: whole, by one range of bytes (RFC 9110), or as a zip archive.
 *
 * <p>A file's {@code ETag} is its digest, so a client can check what it got and go on where it stopped. What is sent was
 * checked against the digests of its 8 MiB chunks. Limits: one range per request.
 */
package dev.firn.api.download;
