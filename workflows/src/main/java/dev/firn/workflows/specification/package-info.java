/**
 * The run specification: what a user asks of a training run, as YAML or JSON.
 *
 * <p>{@code run.schema.json} beside these classes is the single source of the fields, their types, ranges and defaults;
 * {@link dev.firn.workflows.specification.SpecificationReader} holds a text to it, adds the rules that span fields, and
 * names every fault at once. What needs the outside world (is the file there, are its lines whole) is checked by the
 * activities before a run is accepted.
 *
 * <p>Limits: one version of the format, {@code specVersion: 1}. YAML is read as YAML 1.2, so that {@code 1e-4} is a
 * number and {@code no} the Norwegian language.
 */
package dev.firn.workflows.specification;
