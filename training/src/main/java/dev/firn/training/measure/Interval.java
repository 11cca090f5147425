package dev.firn.training.measure;

/** Where a value lies with some confidence. */
public record Interval(double low, double high) {}
