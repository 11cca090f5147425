/**
 * From what people have (message catalogues, JSON lines, BEIR folders) to what training reads: unique texts, their
 * token sequences, pairs of row numbers, and evaluation sets, in one folder whose bytes depend on the inputs alone.
 *
 * <p>Everything streams. What stays on the heap while a dataset is prepared is, for each different text, a digest of
 * 128 bits and a row number (up to 60 bytes for each), and one such entry for each pair; texts themselves are on disk.
 * So ten million texts with twenty million pairs need about 1.8 GB. A source can hold 2<sup>28</sup> - 1 pairs, a table
 * 966 million rows. A message catalogue, being an application's strings, is read whole.
 *
 * <p>The layout of evaluation sets is that of BEIR (Thakur et al. 2021, arXiv 2104.08663), each language of a dataset
 * is a source of its own as in Arctic-Embed 2.0 (arXiv 2412.04506).
 */
package dev.firn.training.data;
