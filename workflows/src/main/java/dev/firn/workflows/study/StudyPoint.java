package dev.firn.workflows.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A run of a study.
 *
 * @param label what distinguishes it, for people
 * @param coordinates what distinguishes it: values by the names of what is varied
 * @param origin JSON pointer of the part of the study specification that it comes from
 * @param specification the run's specification, not resolved
 * @param continues the place, from 0, of the run whose pretraining it goes on from
 */
public record StudyPoint(
        String label, ObjectNode coordinates, String origin, ObjectNode specification, Optional<Integer> continues) {
    public StudyPoint {
        requireNonNull(label, "label is null");
        requireNonNull(coordinates, "coordinates is null");
        requireNonNull(origin, "origin is null");
        requireNonNull(specification, "specification is null");
        requireNonNull(continues, "continues is null");
    }
}
