/** Studies over HTTP: submitting, looking at and stopping them, and their reports. */
package dev.firn.api.study;
