package dev.firn.training.data;

/** A text and the language it is in. */
record LanguageText(String language, String text) {}
