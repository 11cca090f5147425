/**
 * The web page: runs with their stages, a run, models and their versions.
 *
 * <p>Qute templates rendered on the server; htmx (served from here, no other site is asked) fetches the parts that change
 * every two seconds while a run has not ended. There is neither inline script nor inline style, so the content security
 * policy can forbid both. Limits: it shows and does not yet change anything.
 */
package dev.firn.api.page;
