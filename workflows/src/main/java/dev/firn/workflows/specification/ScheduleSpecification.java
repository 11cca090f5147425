package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** How the learning rate moves over the steps. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ScheduleSpecification.WarmupStableDecay.class, name = "warmup-stable-decay"),
    @JsonSubTypes.Type(value = ScheduleSpecification.LinearDecay.class, name = "linear-decay"),
    @JsonSubTypes.Type(value = ScheduleSpecification.Constant.class, name = "constant")
})
public sealed interface ScheduleSpecification {
    record WarmupStableDecay(long warmupSteps, long decaySteps) implements ScheduleSpecification {}

    record LinearDecay(long warmupSteps) implements ScheduleSpecification {}

    record Constant() implements ScheduleSpecification {}
}
