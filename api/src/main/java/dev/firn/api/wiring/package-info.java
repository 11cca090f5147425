/**
 * Makes the stores, the Temporal client and what works on them injectable, and starts and stops workers.
 *
 * <p>The addresses come from the configuration that {@link dev.firn.api.boot} sets. Workers start after the schema is up
 * to date, since boot migrates before the application starts.
 */
package dev.firn.api.wiring;
