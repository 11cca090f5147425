/**
 * Numbers over the steps of a stage, for charts.
 *
 * <p>There is one number for a name and a step of a stage execution. A stage that goes on from a checkpoint writes the
 * steps after it again, over what an attempt before it may have left.
 *
 * <p>Long series are thinned by the database on reading: each of a number of stretches of equal length gives its smallest and
 * its largest value, so no extreme is lost. So that a series of millions is drawn as fast as a short one, the extremes of
 * every 64, 512 and 4096 steps stand beside the points, written in the transaction that writes the points.
 *
 * <p>Limits: values are finite, steps are not negative.
 */
package dev.firn.registry.metric;
