/** The durable steps. */
package dev.firn.activities;
