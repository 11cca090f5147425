/** Datasets over REST. Limits: they come from runs; sending one's own comes with a later version. */
package dev.firn.api.dataset;
