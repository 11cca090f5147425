/** Checkpoints over REST: browse them, download their files, pin and delete them. */
package dev.firn.api.checkpoint;
