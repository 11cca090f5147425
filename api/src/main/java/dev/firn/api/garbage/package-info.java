/** Cleaning up over REST. */
package dev.firn.api.garbage;
