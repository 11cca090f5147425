package dev.firn.workflows.specification;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Where the fields of a specification stand in its text, YAML or JSON. Immutable. */
public final class SpecificationPlaces {
    private static final int MAXIMUM_DEPTH = 30;

    private final Map<String, Integer> lines;

    private SpecificationPlaces(Map<String, Integer> lines) {
        this.lines = Map.copyOf(lines);
    }

    /** The places in a text; none where the text cannot be read. */
    public static SpecificationPlaces of(String text) {
        requireNonNull(text, "text is null");
        LoadSettings settings = LoadSettings.builder()
                .setLabel("specification")
                .setUseMarks(true)
                .setCodePointLimit(SpecificationReader.MAXIMUM_CHARACTERS)
                .build();
        Map<String, Integer> lines = new HashMap<>();
        try {
            new Compose(settings).composeString(text).ifPresent(root -> walk(root, "", 0, lines));
        } catch (YamlEngineException | StackOverflowError e) {
            lines.clear();
        }
        return new SpecificationPlaces(lines);
    }

    /** What an alias names is walked where it is used too; depth and size are bounded. */
    private static void walk(Node node, String pointer, int depth, Map<String, Integer> lines) {
        if (depth > MAXIMUM_DEPTH || lines.size() > SpecificationReader.MAXIMUM_CHARACTERS) {
            return;
        }
        switch (node) {
            case MappingNode mapping -> {
                for (NodeTuple entry : mapping.getValue()) {
                    if (entry.getKeyNode() instanceof ScalarNode key) {
                        String inner = pointer + "/"
                                + key.getValue().replace("~", "~0").replace("/", "~1");
                        line(key).ifPresent(number -> lines.put(inner, number));
                        walk(entry.getValueNode(), inner, depth + 1, lines);
                    }
                }
            }
            case SequenceNode sequence -> {
                for (int i = 0; i < sequence.getValue().size(); i++) {
                    Node item = sequence.getValue().get(i);
                    String inner = pointer + "/" + i;
                    line(item).ifPresent(number -> lines.put(inner, number));
                    walk(item, inner, depth + 1, lines);
                }
            }
            default -> {
                // A value stands where its key does
            }
        }
    }

    private static Optional<Integer> line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1);
    }

    /**
     * The line of a field, from 1; where the text does not have the field, that of the nearest one around it.
     *
     * @param pointer a JSON pointer (RFC 6901)
     */
    public OptionalInt line(String pointer) {
        for (String nearest = pointer; !nearest.isEmpty(); nearest = nearest.substring(0, nearest.lastIndexOf('/'))) {
            Integer line = lines.get(nearest);
            if (line != null) {
                return OptionalInt.of(line);
            }
            if (nearest.indexOf('/') < 0) {
                break;
            }
        }
        return OptionalInt.empty();
    }
}
