/**
 * Learning rate schedules: pure functions of the step and the length of the run.
 *
 * <p>Ideas: warm-up, stable, decay from Hu et al. 2024 (MiniCPM, arXiv 2404.06395), the schedule of Arctic-Embed 2.0.
 */
package dev.firn.training.schedule;
