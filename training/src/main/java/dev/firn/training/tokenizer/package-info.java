/**
 * Text to token ids and back: {@link dev.firn.training.tokenizer.Tokenizer} reads any {@code tokenizer.json} through the
 * Hugging Face tokenizers library; {@link dev.firn.training.tokenizer.TokenizerTrainer} makes one from texts.
 *
 * <p>The trainer follows the unigram language model of Kudo (2018, arXiv 1804.10959) as SentencePiece has it. Text that
 * spells a special token ({@code </s>}) becomes that token, as in every Hugging Face tokeniser.
 */
package dev.firn.training.tokenizer;
