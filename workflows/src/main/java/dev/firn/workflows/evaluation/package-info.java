/**
 * The evaluation of a model version on its own, as a Temporal workflow: one activity on a compute queue, and the row closed when it fails for
 * good.
 *
 * <p>The registry's row is the truth: when Temporal forgets an evaluation, starting its workflow again under the same id does it again.
 */
package dev.firn.workflows.evaluation;
