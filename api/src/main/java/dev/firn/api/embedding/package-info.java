/**
 * {@code POST /v1/embeddings} in the shape that OpenAI's clients expect, answered by registered models.
 *
 * <p>Loaded models are kept in memory up to a bound, the least recently used leaves first; an alias is looked up for
 * every request, so that a move is seen at once. Requests to a model that is at work are embedded together when it is done,
 * in turns. Limits: token ids are not taken; token counts are those of the model's own tokenizer.
 */
package dev.firn.api.embedding;
