package dev.firn.api.description;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.firn.api.FirnTestResource;
import dev.firn.api.SmallSpecification;
import dev.firn.api.embedding.SmallModel;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.model.ModelStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Java client that OpenAPI Generator makes of the server's description, compiled together with a program that uses it
 * ({@code src/test/client}), which is then run against the server.
 */
@QuarkusTest
@WithTestResource(FirnTestResource.class)
class TypedClientTest {
    private static final Path GENERATOR = Path.of("target", "client-generator", "generator.jar");
    private static final Path PROGRAM = Path.of("src", "test", "client", "TypedClient.java");

    @TempDir
    Path folder;

    @Inject
    ArtifactStore artifacts;

    @Inject
    ModelStore models;

    @TestHTTPResource("/")
    URI server;

    @Test
    void aClientMadeOfTheDescriptionStartsARunListsRunsAndReadsAModel() throws Exception {
        String specification = SmallSpecification.write(folder, "typed");
        Path json = folder.resolve("specification.json");
        Files.writeString(json, new JsonMapper().writeValueAsString(new YAMLMapper().readTree(specification)));
        String model = SmallModel.register(models, artifacts, SmallModel.folder(folder, 1));
        Path classes = compiled(generated());

        String told = run(List.of(
                "-cp",
                classes + ":" + System.getProperty("java.class.path"),
                "TypedClient",
                server.toString().replaceFirst("/$", ""),
                json.toString(),
                model));

        assertThat(told.lines())
                .contains(
                        "started typed QUEUED",
                        "same true",
                        "listed true null",
                        "stage prepare PENDING 64",
                        "stage register PENDING 64",
                        "event run accepted",
                        "model " + model + " 1",
                        "version 1 " + SmallModel.WIDTH + " true",
                        "alias champion 1 1",
                        "refused 412 true");
    }

    /** The sources of the client. */
    private Path generated() throws IOException, InterruptedException {
        Path description = folder.resolve("openapi.json");
        Files.writeString(
                description,
                given().queryParam("format", "json").get("/q/openapi").asString());
        Path sources = folder.resolve("client");
        run(List.of(
                "-jar",
                GENERATOR.toString(),
                "generate",
                "--generator-name",
                "java",
                "--library",
                "native",
                "--input-spec",
                description.toString(),
                "--output",
                sources.toString(),
                "--api-package",
                "dev.firn.client.api",
                "--model-package",
                "dev.firn.client.model",
                "--invoker-package",
                "dev.firn.client",
                "--additional-properties",
                "openApiNullable=false,useJakartaEe=true,hideGenerationTimestamp=true",
                "--global-property",
                "apis,models,supportingFiles,apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"));
        return sources.resolve("src/main/java");
    }

    private Path compiled(Path sources) throws IOException {
        List<Path> program = new ArrayList<>(List.of(PROGRAM));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(program::add);
        }
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            boolean done = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of(
                                    "-nowarn",
                                    "-proc:none",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjectsFromPaths(program))
                    .call();
            assertThat(done).as(messages.toString()).isTrue();
        }
        return classes;
    }

    /** Runs a Java program to its good end, and gives what it told. */
    private String run(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        Path told = folder.resolve("told.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        int code = process.waitFor();
        assertThat(code).as(Files.readString(told)).isZero();
        return Files.readString(told);
    }
}
