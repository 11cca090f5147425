/**
 * Weights in the safetensors format: a JSON header that names each tensor's type, shape and place, then the bytes; or several such
 * files with an index that says which holds which tensor.
 *
 * <p>Nothing in a header is believed before it was held against the size of the file. Written: fp32. Read: fp32, fp16, bf16. Format:
 * huggingface.co/docs/safetensors.
 */
package dev.firn.training.safetensors;
