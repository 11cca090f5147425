/** Files that come from a Maven repository: where a jar is, and safe reading of what is in it. */
package dev.firn.training.artifact;
