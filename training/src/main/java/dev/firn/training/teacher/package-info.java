/**
 * Embedding models that judge training data: an ONNX model through ONNX Runtime, or a model that Firn trained.
 *
 * <p>Limits: ONNX models with the inputs {@code input_ids}, {@code attention_mask} and, where the model asks for it, {@code
 * token_type_ids}, and token vectors as the first output.
 */
package dev.firn.training.teacher;
