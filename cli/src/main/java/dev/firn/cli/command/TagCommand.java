package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.ModelVersion;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tags a version. */
@Command(
        name = "tag",
        description = "Tag a version of a model, so that it can be found by it.",
        footer = {
            "",
            "Examples:",
            "  firn tag quickstart@2 stage=production checked",
            "  firn tag quickstart@2 checked --remove",
            "  firn model quickstart --tag stage=production"
        })
final class TagCommand extends FirnCommand {
    @Parameters(index = "0", paramLabel = "NAME@VERSION", description = "The version, by its number or an alias.")
    private String reference;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "TAG[=VALUE]", description = "The tags.")
    private List<String> tags;

    @Option(names = "--remove", description = "Take the tags away.")
    private boolean remove;

    TagCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        ModelReference model = ModelReference.parse(reference);
        int version = model.version(client());
        Answer<ModelVersion> changed = null;
        for (String text : tags) {
            int equals = text.indexOf('=');
            String tag = equals < 0 ? text : text.substring(0, equals);
            if (remove && equals >= 0) {
                throw new InputException("a tag is removed by its name; this is " + text);
            }
            changed = remove
                    ? client().untag(model.name(), version, tag)
                    : client().tag(model.name(), version, tag, equals < 0 ? "" : text.substring(equals + 1));
        }
        Answer<ModelVersion> last = changed;
        print(last, () -> {
            String left = ModelCommand.tags(last.value());
            return model.name() + " version " + version + ": " + (left.isEmpty() ? "no tags" : left);
        });
        return ExitCode.DONE;
    }
}
