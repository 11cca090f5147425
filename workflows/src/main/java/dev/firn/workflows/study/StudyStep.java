package dev.firn.workflows.study;

/**
 * What was done for a study.
 *
 * @param submitted how many of its runs have been submitted
 * @param ended whether there is nothing left to do
 */
public record StudyStep(int submitted, boolean ended) {}
