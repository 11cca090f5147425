/** The Quarkus application. */
package dev.firn.api;
