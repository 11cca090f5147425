/** What Firn remembers. */
package dev.firn.registry;
