/**
 * The audit trail: every request that changes something leaves an entry, in the transaction of the change where it has one.
 *
 * <p>What the server changes by itself it does through {@link dev.firn.api.audit.OwnChanges}, as the caller {@code server}.
 *
 * <p>Nothing else has to be called for that: {@link dev.firn.api.audit.ChangeFilter} sees every request, and the answer is what the
 * changed thing is afterwards. A resource tells {@link dev.firn.api.audit.Change} what it was before, or that nothing changes.
 */
package dev.firn.api.audit;
