/**
 * A training run as a Temporal workflow: the stages in order, each an activity that may be retried, and the run's row
 * closed at the end, whatever happened.
 *
 * <p>The registry's rows are the truth; the workflow only executes. When Temporal forgets a run, starting its workflow
 * again under the same id continues it, because finished stages answer at once.
 */
package dev.firn.workflows.run;
