/**
 * Measures of retrieval with the semantics of trec_eval 9, and its file formats.
 *
 * <p>Checked in the tests against trec_eval itself.
 */
package dev.firn.training.measure;
