/**
 * Brings Temporal in line with the registry: the rows are the truth, and a run that Temporal forgot (the embedded one
 * keeps nothing across a restart) is continued.
 */
package dev.firn.activities.reconciliation;
