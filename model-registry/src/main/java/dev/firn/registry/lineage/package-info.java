/**
 * What was made from what: edges between digests, and names for the files that came from outside.
 *
 * <p>A digest is an artifact's or an external file's. Digests of a folder depend on its content only, so two runs that
 * made the same bytes meet in the same node.
 */
package dev.firn.registry.lineage;
