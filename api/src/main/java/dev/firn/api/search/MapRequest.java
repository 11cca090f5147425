package dev.firn.api.search;

import org.jspecify.annotations.Nullable;

/**
 * Which texts are to be drawn.
 *
 * @param model name@alias or name@version
 * @param dimensions how many dimensions to keep (Matryoshka); the model's width when null
 * @param dataset name@version; the documents of its pairs are drawn
 * @param limit how many texts, 3 to 2000; 400 when null
 */
public record MapRequest(
        String model,
        @Nullable Integer dimensions,
        String dataset,
        @Nullable Integer limit) {}
