/** Checkpoints over REST: browse them, download their files, fork runs from them, pin and delete them. */
package dev.firn.api.checkpoint;
