/**
 * Who changed what, when, and how it was before and after.
 *
 * <p>A request that changes something carries an {@link dev.firn.registry.audit.AuditDraft}. Whichever of its transactions writes
 * first writes the entry with it ({@link dev.firn.registry.RegistryDatabase}), so that no change is committed without its entry; the
 * answer completes it. What changes nothing leaves no entry. Checkpoints that a policy
 * removes and collections that the server makes by itself leave one too, by {@code server}. Limits: entries are never removed by Firn,
 * and what else a worker does by itself is in the events of its run instead.
 */
package dev.firn.registry.audit;
