/**
 * Studies: accepting them, submitting their runs one after another, and reading what came out of them.
 *
 * <p>All that is known of a study lies in the registry. A study's workflow may begin anew at any time: a run is submitted under a
 * key made of the study's id and the run's place, so that it is submitted once.
 */
package dev.firn.activities.study;
