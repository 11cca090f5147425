/** Whether the parts that Firn stands on answer: {@code /q/health}; the database has a check of Quarkus's own. */
package dev.firn.api.health;
