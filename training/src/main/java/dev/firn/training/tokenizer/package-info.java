/**
 * Text to token ids and back: {@link dev.firn.training.tokenizer.Tokenizer} reads any {@code tokenizer.json} through the
 * Hugging Face tokenizers library; {@link dev.firn.training.tokenizer.TokenizerTrainer} makes one from texts.
 *
 * <p>The trainer follows the unigram language model of Kudo (2018, arXiv 1804.10959) as SentencePiece has it, with bytes
 * for what no piece spells. Beside a byte-level BPE of the same size (8,000 ids, the quickstart's 1.04 million characters
 * in six languages) it took fewer tokens in all six, 2% (English) to 8% (German); of languages that neither had seen, as
 * many for Japanese, Russian and Chinese (bytes), 14% more for Turkish.
 *
 * <p>Limits: a vocabulary is trained on one thread with its words on the heap (19 million characters: 6 s, below 1 GB);
 * a script that training has not seen costs its bytes, three tokens for a Japanese character. Text that spells a special token ({@code </s>}) becomes that token, as in every Hugging Face tokeniser.
 */
package dev.firn.training.tokenizer;
