/**
 * From a text to an accepted run: the specification is read, its inputs are looked at, the stage keys are planned, and
 * the run's rows are written before its workflow starts. What is refused leaves nothing behind.
 */
package dev.firn.activities.submission;
