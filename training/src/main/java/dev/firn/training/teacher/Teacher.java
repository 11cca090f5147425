package dev.firn.training.teacher;

import dev.firn.training.model.TextEmbedder;

/** An embedding model whose scores decide which pairs are kept and which documents are hard negatives. */
public interface Teacher extends TextEmbedder, AutoCloseable {
    /**
     * Returns everything that decides this teacher's vectors, as JSON with a fixed order of fields: the digests of its
     * weights and of its tokenizer, prefixes, pooling, maximum number of tokens. Two teachers with equal definitions give
     * the same vectors, so the definition belongs into the key of whatever is derived from them. Holds no paths.
     */
    String definition();

    @Override
    void close();
}
