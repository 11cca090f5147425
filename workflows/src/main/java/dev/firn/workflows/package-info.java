/** Orchestration: what happens in which order. Knows no SQL, no object storage and no training code. */
package dev.firn.workflows;
