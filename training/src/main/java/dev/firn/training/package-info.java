/** The science of training text-embedding models. */
package dev.firn.training;
