/** Checkpoints over REST: browse them, download their files, fork runs from them. Limits: pinning comes with a later version. */
package dev.firn.api.checkpoint;
