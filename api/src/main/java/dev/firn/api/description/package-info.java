/**
 * The description of the REST interface (OpenAPI) that is served at {@code /q/openapi}.
 *
 * <p>Resources say what they alone know: what an operation does, what it takes and gives. What holds for all of them is added here
 * when the application is built: what the parameters of the same name mean, which problems any operation can answer with, and an
 * example of each answer, from the folder {@code openapi-examples}, in a file named after its schema.
 */
package dev.firn.api.description;
