/** What {@code /q/metrics} says about Firn beside what Quarkus says about HTTP, the JVM and the connection pool. */
package dev.firn.api.metric;
