/** Named tensors that come from outside, whatever the format of the files that hold them. */
package dev.firn.training.weights;
