/**
 * Studies: grids of ordinary runs over one base specification, which share the stages that are equal.
 *
 * <p>{@link dev.firn.workflows.study.StudyGrid} makes the runs' specifications; the workflow has them submitted, a few at
 * a time, until all have ended. The registry's rows are the truth here too: the workflow holds nothing that a new one
 * under the same id would not find there.
 *
 * <p>The kinds are the experiments of the Arctic-Embed 2.0 paper (arXiv 2412.04506): transfer across languages by
 * pretraining step, the languages of each stage swapped, and ablations. Limits: at most
 * {@value dev.firn.workflows.study.StudyGrid#MOST_POINTS} runs; a run's failure ends that run only.
 */
package dev.firn.workflows.study;
