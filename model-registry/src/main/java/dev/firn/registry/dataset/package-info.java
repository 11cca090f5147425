/**
 * Datasets: prepared text under a name, with versions that never change.
 */
package dev.firn.registry.dataset;
