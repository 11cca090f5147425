/** The JSON schema of what clients send. */
package dev.firn.api.schema;
