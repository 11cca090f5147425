/** Runs as a whole: starting, cancelling and closing them. */
package dev.firn.activities.run;
