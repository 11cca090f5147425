/**
 * The stages as activities. {@link dev.firn.activities.stage.StageRunner} is what they share: taking over what is done,
 * the fence, heartbeats, progress, faults; each stage's own work stands in a class of its name.
 */
package dev.firn.activities.stage;
