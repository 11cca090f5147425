package dev.firn.activities.stage;

import dev.firn.activities.submission.TrainingInputs;
import dev.firn.registry.Digest;
import dev.firn.training.teacher.Teacher;
import dev.firn.workflows.specification.TeacherSpecification;
import java.io.IOException;

/** Teachers as stages use them. */
final class Teachers {
    private static final String RELATION = "teacher";

    private Teachers() {}

    /** Notes a teacher for the lineage. */
    static void use(StageContext context, TrainingInputs inputs, TeacherSpecification specification)
            throws IOException {
        Digest digest = new Digest(inputs.teacherDigests(specification).model());
        switch (specification) {
            case TeacherSpecification.Onnx onnx ->
                context.usesExternal(digest, RELATION, TrainingInputs.teacherName(onnx));
            case TeacherSpecification.Model _ -> context.uses(digest, RELATION);
        }
    }

    /** Loads a teacher. */
    static Teacher open(StageContext context, TrainingInputs inputs, TeacherSpecification specification)
            throws IOException {
        return inputs.openTeacher(specification, context.specification().threads(), context::fetchArtifact);
    }
}
