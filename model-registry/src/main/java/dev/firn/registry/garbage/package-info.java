/**
 * Mark and sweep: what nothing names goes.
 *
 * <p>Whatever has a foreign key to an artifact names it, and everything in the lineage of a model version is named by the
 * model. Writers that are under way are left alone: a blob with an open write intent stays, and so does everything that
 * was written or relied upon within a grace period. Should a writer take longer than that between storing a folder and
 * naming it, its foreign key refuses, and it stores the folder again.
 */
package dev.firn.registry.garbage;
