/** Services inside this process. */
package dev.firn.embedded;
