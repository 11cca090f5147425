/**
 * BERT weights as TensorFlow's original code saves them: a bundle of variables, which is an index (a sorted table of names with
 * each variable's type, shape and place) beside raw data files.
 *
 * <p>Nothing in an index is believed before it was held against the sizes of the files, and every block and tensor is held against
 * its checksum. Limits: uncompressed tables, little-endian, single precision, variables that are not partitioned.
 *
 * <p>Formats: tensorflow/core/protobuf/tensor_bundle.proto, tensorflow/core/lib/io/table (that of LevelDB); names of variables: Devlin
 * et al. 2019, github.com/google-research/bert.
 */
package dev.firn.training.tensorflow;
