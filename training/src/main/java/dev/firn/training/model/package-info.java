/**
 * A finished embedding model: its folder in the layout that sentence-transformers loads, and embedding texts with it.
 */
package dev.firn.training.model;
