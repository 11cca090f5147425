/**
 * Tokens by which programs and people are known to the server, kept by their SHA-256: whoever reads the database, or a backup of it,
 * cannot use them.
 */
package dev.firn.registry.token;
