package dev.firn.training.kernels;

/** What is not a matrix product, on rows of tensors; one thread each call. */
public interface Kernels {}
