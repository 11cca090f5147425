package dev.firn.api.description;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * What a parameter of some name means wherever it stands. An operation that says something else of its own keeps that.
 *
 * @param path the beginning of the paths for which it holds
 */
record CommonParameter(String name, String path, String description, Object example, Form form) {
    private static final String RUN = "01a20e2d-068c-7000-8be0-72bbe127510a";

    private static final List<CommonParameter> ALL = List.of(
            whole("limit", "How many items a page has at most", 1, 1000, 50),
            text("cursor", "/", "The nextCursor of the page before; none for the first page", "MDFhMjBlMmQ"),
            identifier("/api/runs/", "The run"),
            identifier("/api/checkpoints/", "The checkpoint"),
            identifier("/api/studies/", "The study"),
            identifier("/api/webhooks/", "The receiver"),
            identifier("/api/tokens/", "The token"),
            identifier("/api/evaluations/", "The evaluation"),
            text("dataset", "/api/datasets/", "name@version, or the id of one", "quickstart@1"),
            text("tag", "/api/models/", "The tag", "stage"),
            new CommonParameter("run", "/api/", "Only of this run", RUN, Form.UUID),
            text("stage", "/", "Only of this stage", "pretrain"),
            name("name", "/api/models/", "The model", "quickstart"),
            text("name", "/api/runs/", "Only this series", "loss"),
            text("id", "/v1/models/", "name@alias or name@version", "quickstart@champion"),
            name("alias", "/api/models/", "The alias", "champion"),
            whole("version", "The number of the version", 1, Integer.MAX_VALUE, null),
            text("file", "/api/", "The file's path in the folder", "model.safetensors"),
            whole("after", "The last event id already seen; 0 for all", 0, Long.MAX_VALUE, 0),
            whole("points", "How many points a series may have", 4, 10_000, 2_000),
            whole("priority", "Higher goes first", -100, 100, null),
            whole("tokensPerSecond", "How fast a training is taken to be", 1, 1_000_000_000_000L, null),
            whole("graceMinutes", "What was written within so many minutes is left alone", 0, 525_600, 60),
            whole("maximumTokens", "Longer texts are cut", 4, 65_536, null),
            new CommonParameter("dryRun", "/", "Say what would be done, and do nothing", false, Form.FLAG),
            text("pooling", "/", "cls or mean; what the folder's files say where it is not given", "mean"),
            text("queryPrefix", "/", "Stands before each query", "query: "),
            text("documentPrefix", "/", "Stands before each document", "passage: "),
            text(
                    "Idempotency-Key",
                    "/",
                    "1 to 255 visible ASCII characters. The same key with the same body is done once, and answered as the"
                            + " first time",
                    "my-first"),
            text("Range", "/", "One range of bytes", "bytes=0-1023"),
            text("If-Range", "/", "The range holds only for a file with this ETag", "\"b4ab0dc7f2c7236c\""),
            text("If-Match", "/", "Only if it still has this ETag", "\"3\""),
            text(
                    "If-None-Match",
                    "/",
                    "The ETag of the answer that the client has; 304 when it is still that",
                    "\"3\""),
            new CommonParameter("Last-Event-ID", "/", "The last event id already seen", 17, Form.text()),
            text(
                    "digest",
                    "/api/lineage/",
                    "A SHA-256 in lower-case hexadecimal",
                    "5e64122f2aa354f6d2c4c1b9e2a4e6fb0c2ad3c6cf1e1ad8a5c0b7f1e0d9c8b7"));

    CommonParameter {
        requireNonNull(name, "name is null");
        requireNonNull(path, "path is null");
        requireNonNull(description, "description is null");
        requireNonNull(example, "example is null");
        requireNonNull(form, "form is null");
    }

    /** Which values there are. */
    record Form(
            Schema.SchemaType type, String format, BigDecimal least, BigDecimal most, Object usual, String pattern) {
        static final Form UUID = new Form(Schema.SchemaType.STRING, "uuid", null, null, null, null);
        static final Form FLAG = new Form(Schema.SchemaType.BOOLEAN, null, null, null, false, null);

        static Form text() {
            return new Form(Schema.SchemaType.STRING, null, null, null, null, null);
        }

        Schema schema() {
            return OASFactory.createSchema()
                    .type(List.of(type))
                    .format(format)
                    .minimum(least)
                    .maximum(most)
                    .pattern(pattern)
                    .defaultValue(usual);
        }
    }

    private static CommonParameter text(String name, String path, String description, String example) {
        return new CommonParameter(name, path, description, example, Form.text());
    }

    private static CommonParameter name(String name, String path, String description, String example) {
        return new CommonParameter(
                name,
                path,
                description,
                example,
                new Form(Schema.SchemaType.STRING, null, null, null, null, Names.PATTERN));
    }

    private static CommonParameter identifier(String path, String description) {
        return new CommonParameter("id", path, description, RUN, Form.UUID);
    }

    private static CommonParameter whole(String name, String description, long least, long most, Integer usual) {
        return new CommonParameter(
                name,
                "/",
                description,
                usual == null ? 1 : usual,
                new Form(
                        Schema.SchemaType.INTEGER,
                        most > Integer.MAX_VALUE ? "int64" : "int32",
                        BigDecimal.valueOf(least),
                        BigDecimal.valueOf(most),
                        usual,
                        null));
    }

    /** What is known of the parameter of an operation on a path. */
    static Optional<CommonParameter> of(String path, Parameter parameter) {
        return ALL.stream()
                .filter(common -> common.name.equals(parameter.getName()) && path.startsWith(common.path))
                .findFirst();
    }

    /** Adds what the operation did not say itself. The types are always ours: resources read text, to say what is wrong with it. */
    void complete(Parameter parameter) {
        if (parameter.getDescription() == null) {
            parameter.setDescription(description);
        }
        if (parameter.getExample() == null) {
            parameter.setExample(example);
        }
        parameter.setSchema(form.schema());
    }
}
