package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Model;
import dev.firn.cli.client.Model.Alias;
import java.util.regex.Pattern;

/**
 * A model version as users name it.
 *
 * @param name the model's name
 * @param selector an alias or the number of a version
 */
record ModelReference(String name, String selector) {
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    ModelReference {
        requireNonNull(name, "name is null");
        requireNonNull(selector, "selector is null");
    }

    /**
     * Reads {@code NAME@ALIAS} or {@code NAME@VERSION}.
     *
     * @throws InputException when the text is neither
     */
    static ModelReference parse(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || at == text.length() - 1) {
            throw new InputException(
                    "a model is named NAME@ALIAS or NAME@VERSION, for example quickstart@champion; this is " + text);
        }
        return new ModelReference(text.substring(0, at), text.substring(at + 1));
    }

    /**
     * The number of the version.
     *
     * @throws InputException when the model has no such alias
     */
    int version(FirnClient client) throws InterruptedException {
        if (NUMBER.matcher(selector).matches()) {
            return Integer.parseInt(selector);
        }
        Model model = client.model(name).value();
        for (Alias alias : model.aliases()) {
            if (alias.alias().equals(selector)) {
                return alias.version();
            }
        }
        String aliases = ModelsCommand.aliases(model);
        throw new InputException("the model " + name + " has no alias " + selector
                + (aliases.isEmpty() ? "; it has none yet" : "; its aliases are " + aliases));
    }
}
