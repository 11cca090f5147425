package dev.firn.registry.lineage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.Digest;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class LineageStoreTest {
    @Test
    void goesBothWaysBetweenAModelAndTheFilesItCameFrom(TestRegistry registry) {
        LineageStore lineage = new LineageStore(registry.database());
        Digest jar = Digest.of(TestRegistry.name("jar").getBytes(UTF_8));
        lineage.nameExternal(jar, "maven", "org.example:texts:1");
        lineage.nameExternal(jar, "maven", "another name");
        ArtifactReference dataset = registry.artifact("dataset of " + jar);
        ArtifactReference weights = registry.artifact("weights of " + jar);
        StageToken prepare = registry.begun("prepare");
        lineage.record(prepare, List.of(new LineageInput(jar, "source")), List.of(dataset.digest()));
        lineage.record(prepare, List.of(new LineageInput(jar, "source")), List.of(dataset.digest()));
        StageToken pretrain = registry.begun("pretrain");
        lineage.record(pretrain, List.of(new LineageInput(dataset.digest(), "dataset")), List.of(weights.digest()));
        new StageStore(registry.database()).finish(pretrain, List.of(new StageOutput("pretrained", weights)));

        assertThat(lineage.inputs(weights.digest(), 10))
                .extracting(LineageEdge::input)
                .containsExactly(dataset.digest());
        assertThat(lineage.outputs(jar, 10))
                .singleElement()
                .satisfies(edge -> assertThat(edge.runId()).contains(prepare.runId()));
        assertThat(lineage.ancestry(weights.digest(), 10))
                .extracting(LineageEdge::input)
                .containsExactly(jar, dataset.digest());
        assertThat(lineage.producers(weights.digest(), 10))
                .containsExactly(new Producer(pretrain.executionId(), pretrain.runId(), "pretrain", "pretrained"));
        assertThat(lineage.node(jar)).contains(new LineageNode(jar, "maven", "org.example:texts:1", true));
        assertThat(lineage.node(weights.digest()))
                .contains(new LineageNode(weights.digest(), "weights", "weights", false));
        assertThat(lineage.node(Digest.of(new byte[] {1, 2, 3}))).isEmpty();
    }

    @Test
    void tellsWhatCameIntoARunFromElsewhere(TestRegistry registry) {
        LineageStore lineage = new LineageStore(registry.database());
        StageStore stages = new StageStore(registry.database());
        Digest jar = Digest.of(TestRegistry.name("source").getBytes(UTF_8));
        lineage.nameExternal(jar, "maven", "org.example:texts:2");
        ArtifactReference teacher = registry.artifact("teacher of " + jar);
        ArtifactReference dataset = registry.artifact("dataset of " + jar);
        ArtifactReference kept = registry.artifact("kept of " + jar);
        UUID run = registry.run("prepare", "filter").id();
        StageToken prepare = registry.begin(run, "prepare");
        lineage.record(prepare, List.of(new LineageInput(jar, "source")), List.of(dataset.digest()));
        stages.finish(prepare, List.of(new StageOutput("dataset", dataset)));
        StageToken filter = registry.begin(run, "filter");
        lineage.record(
                filter,
                List.of(new LineageInput(dataset.digest(), "dataset"), new LineageInput(teacher.digest(), "teacher")),
                List.of(kept.digest()));
        UUID reuser = registry.run("prepare").id();
        stages.reuse(reuser, "prepare", "key", prepare.executionId(), "test");

        assertThat(lineage.sourcesOf(run, 9))
                .containsExactly(
                        new LineageNode(teacher.digest(), "weights", "weights", false),
                        new LineageNode(jar, "maven", "org.example:texts:2", true));
        assertThat(lineage.sourcesOf(reuser, 9))
                .containsExactly(new LineageNode(jar, "maven", "org.example:texts:2", true));
    }

    @Test
    void tellsTheRunsThatReadSomethingOnceEachWithTheFirstStageThatDid(TestRegistry registry) {
        LineageStore lineage = new LineageStore(registry.database());
        ArtifactReference pairs = registry.artifact("pairs " + TestRegistry.name("used"));
        ArtifactReference dataset = registry.artifact("dataset of " + pairs.digest());
        StageToken prepare = registry.begun("prepare");
        lineage.record(prepare, List.of(new LineageInput(pairs.digest(), "pairs")), List.of(dataset.digest()));
        lineage.record(prepare, List.of(new LineageInput(pairs.digest(), "again")), List.of(dataset.digest()));
        StageToken other = registry.begun("prepare");
        lineage.record(other, List.of(new LineageInput(pairs.digest(), "pairs")), List.of(dataset.digest()));

        assertThat(lineage.uses(pairs.digest(), 10))
                .extracting(RunUse::runId, RunUse::stage)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(other.runId(), "prepare"),
                        org.assertj.core.groups.Tuple.tuple(prepare.runId(), "prepare"));
        assertThat(lineage.uses(pairs.digest(), 1)).extracting(RunUse::runId).containsExactly(other.runId());
        assertThat(lineage.uses(dataset.digest(), 10)).isEmpty();
    }

    @Test
    void numbersTheVersionsOfADatasetByContent(TestRegistry registry) {
        DatasetStore datasets = new DatasetStore(registry.database());
        String name = TestRegistry.name("dataset");
        ArtifactReference content = registry.artifact("content of " + name);

        Dataset first = datasets.register(registry.begun("prepare"), name, content, TestRegistry.document("a", "b"));
        Dataset same = datasets.register(name, content, TestRegistry.document("a", "c"));
        Dataset second = datasets.register(name, registry.artifact("other " + name), TestRegistry.document("a", "d"));

        assertThat(same).isEqualTo(first);
        assertThat(second.version()).isEqualTo(2);
        assertThat(datasets.get(name, 1)).isEqualTo(first);
        assertThat(datasets.find(second.id())).contains(second);
        assertThat(datasets.find(name, 3)).isEmpty();
        assertThat(datasets.findByArtifact(name, content.digest())).contains(first);
        assertThat(datasets.findByArtifact("another", content.digest())).isEmpty();
        assertThat(datasets.list(java.util.Optional.of(name), dev.firn.registry.PageRequest.first(10))
                        .items())
                .containsExactly(second, first);
        assertThat(datasets.list(dev.firn.registry.PageRequest.first(2)).items())
                .containsExactly(second, first);
    }
}
