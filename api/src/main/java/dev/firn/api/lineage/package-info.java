/** Where a digest comes from and what was made of it, over REST. */
package dev.firn.api.lineage;
