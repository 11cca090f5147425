/**
 * Datasets over REST: those that runs prepared, and files of pairs that people send. Limits: what is sent is looked at when all of it is
 * there; evaluation sets come with a run's specification, not on their own.
 */
package dev.firn.api.dataset;
