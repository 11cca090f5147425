/** Measurements over REST: how well weights rank on evaluation sets. */
package dev.firn.api.evaluation;
