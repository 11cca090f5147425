/** What readers of JSON say when it is broken. */
package dev.firn.training.json;
