/** Checkpoints over REST: browse them, download their files. Limits: forking and pinning come with a later version. */
package dev.firn.api.checkpoint;
