/**
 * Who may use a server that others can reach: tokens, each with a name and one of three roles, sent as {@code Authorization:
 * Bearer} (RFC 6750) by programs and as a cookie by the page. The first come from the configuration, by their SHA-256; with one of
 * those an administrator makes others, which are kept in the registry. Besides, the users of an OpenID Connect provider may, by its
 * tokens or by signing in at its page; what they may is decided by the roles that it gives them.
 *
 * <p>Limits: the configuration's tokens are read when the server starts, so one that is withdrawn is good until the next start; a
 * token that is revoked through one server may be good for ten seconds more on others; the server speaks plain HTTP, so between
 * machines it belongs behind something that ends TLS.
 */
package dev.firn.api.security;
