/**
 * Numbers over the steps of a stage, for charts.
 *
 * <p>There is one number for a name and a step of a stage execution. A stage that goes on from a checkpoint writes the
 * steps after it again, over what an attempt before it may have left.
 *
 * <p>Limits: values are finite. Series are thinned by the database on reading: each of a number of stretches of equal
 * length gives its smallest and its largest value, so no extreme is lost.
 */
package dev.firn.registry.metric;
