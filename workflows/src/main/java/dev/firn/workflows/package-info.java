/** What happens in which order. */
package dev.firn.workflows;
