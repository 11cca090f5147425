/**
 * What every HTTP answer shares: problems (RFC 9457), pages by cursor, byte ranges (RFC 9110), names, limits of bodies,
 * and the guard that keeps foreign sites away from a server without authentication.
 *
 * <p>The guard follows the usual defence against DNS rebinding: on loopback only loopback names are accepted as {@code
 * Host}, and an {@code Origin} must be the server's own. Limits: a single byte range per request; several at once are
 * answered with the whole.
 */
package dev.firn.api.http;
