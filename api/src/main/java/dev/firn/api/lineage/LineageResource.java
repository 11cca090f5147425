package dev.firn.api.lineage;

import static java.util.Objects.requireNonNull;

import dev.firn.api.http.Names;
import dev.firn.registry.Digest;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.lineage.LineageEdge;
import dev.firn.registry.lineage.LineageNode;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.lineage.Producer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Lineage, one step each way; clients walk on by the digests. */
@Path("/api/lineage/{digest}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Lineage")
public class LineageResource {
    private static final int MOST_EDGES = 1_000;

    private final LineageStore lineage;

    public LineageResource(LineageStore lineage) {
        this.lineage = requireNonNull(lineage, "lineage is null");
    }

    /**
     * A digest with its neighbours.
     *
     * @param external whether it came from outside
     * @param producedBy the stages that gave it
     * @param inputs what it was made from
     * @param outputs what was made from it
     */
    public record LineageView(
            String digest,
            String kind,
            String name,
            boolean external,
            List<ProducerView> producedBy,
            List<NeighbourView> inputs,
            List<NeighbourView> outputs) {
        public LineageView {
            producedBy = List.copyOf(producedBy);
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /** A stage of a run that gave an artifact, and the name under which it did. */
    public record ProducerView(UUID runId, String stage, String output) {
        static ProducerView of(Producer producer) {
            return new ProducerView(producer.runId(), producer.stage(), producer.output());
        }
    }

    /**
     * A digest on the other end of an edge.
     *
     * @param relation what the input was to the output
     * @param runId the run in which that happened; null when it was outside of runs
     */
    public record NeighbourView(
            String digest,
            String relation,
            @Nullable UUID runId,
            @Nullable String stage) {
        static NeighbourView of(Digest digest, LineageEdge edge) {
            return new NeighbourView(
                    digest.hex(),
                    edge.relation(),
                    edge.runId().orElse(null),
                    edge.stage().orElse(null));
        }
    }

    /** The digest's neighbours. */
    @GET
    @Operation(
            operationId = "getLineage",
            summary = "Where a digest comes from and what was made of it",
            description = "One step each way, at most 1000 neighbours; artifacts and files from outside alike.")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "404", description = "Nothing has that digest")
    public LineageView get(@PathParam("digest") String text) {
        Digest digest = new Digest(Names.digest(text));
        Optional<LineageNode> node = lineage.node(digest);
        List<LineageEdge> inputs = lineage.inputs(digest, MOST_EDGES);
        List<LineageEdge> outputs = lineage.outputs(digest, MOST_EDGES);
        if (node.isEmpty() && inputs.isEmpty() && outputs.isEmpty()) {
            throw new NotFoundException("Nothing has the digest " + digest);
        }
        return new LineageView(
                digest.hex(),
                node.map(LineageNode::kind).orElse(null),
                node.map(LineageNode::name).orElse(null),
                node.map(LineageNode::external).orElse(true),
                lineage.producers(digest, MOST_EDGES).stream()
                        .map(ProducerView::of)
                        .toList(),
                inputs.stream()
                        .map(edge -> NeighbourView.of(edge.input(), edge))
                        .toList(),
                outputs.stream()
                        .map(edge -> NeighbourView.of(edge.output(), edge))
                        .toList());
    }
}
