/**
 * How good weights are on an evaluation set: one row for weights, set and dimension.
 */
package dev.firn.registry.evaluation;
