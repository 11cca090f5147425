/**
 * {@code POST /v1/embeddings} in the shape that OpenAI's clients expect, answered by registered models.
 *
 * <p>Loaded models are kept in memory up to a bound, the least recently used leaves first; an alias is looked up for
 * every request, so that a move is seen at once. Limits: a model answers one request at a time; token counts are those of
 * the model's own tokenizer.
 */
package dev.firn.api.embedding;
