/**
 * Who may use a server that others can reach: tokens that an administrator configures by their SHA-256, each with a name
 * and one of three roles, sent as {@code Authorization: Bearer} (RFC 6750) by programs and as a cookie by the page.
 *
 * <p>Limits: tokens are read when the server starts, so one that is withdrawn is good until the next start; the server
 * speaks plain HTTP, so between machines it belongs behind something that ends TLS.
 */
package dev.firn.api.security;
