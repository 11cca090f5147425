import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.firn.client.ApiClient;
import dev.firn.client.ApiException;
import dev.firn.client.api.ModelsApi;
import dev.firn.client.api.RunsApi;
import dev.firn.client.model.AliasTarget;
import dev.firn.client.model.AliasView;
import dev.firn.client.model.EventView;
import dev.firn.client.model.ListingRunView;
import dev.firn.client.model.ModelWithVersions;
import dev.firn.client.model.RunView;
import dev.firn.client.model.StageView;
import dev.firn.client.model.VersionView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * What somebody writes who has generated a client from the description of the interface: starts a run, finds it in the listing, reads
 * what happened in it, reads a model and moves an alias. A test compiles and runs it against a server.
 */
public final class TypedClient {
    private TypedClient() {}

    /** Arguments: the server's address, a file with a specification as JSON, and a model with one version. */
    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        Object specification = new JsonMapper().readValue(Files.readString(Path.of(arguments[1])), Object.class);

        RunsApi runs = new RunsApi(client);
        String key = UUID.randomUUID().toString();
        RunView started = runs.startRun(specification, null, null, null, key).getRunView();
        System.out.println("started " + started.getName() + " " + started.getState());
        System.out.println("same " + runs.startRun(specification, null, null, null, key).getRunView().getId().equals(started.getId()));

        ListingRunView page = runs.listRuns(null, 1, started.getName(), "QUEUED,RUNNING");
        RunView listed = page.getItems().get(0);
        System.out.println("listed " + listed.getId().equals(started.getId()) + " " + page.getNextCursor());
        RunView run = runs.getRun(started.getId(), null);
        for (StageView stage : run.getStages()) {
            System.out.println("stage " + stage.getName() + " " + stage.getState() + " " + stage.getKey().length());
        }
        for (EventView event : runs.listEvents(started.getId(), null, null).getItems()) {
            System.out.println("event " + event.getType() + " " + event.getMessage());
        }

        ModelsApi models = new ModelsApi(client);
        ModelWithVersions model = models.getModel(arguments[2], null, null, null, null);
        System.out.println("model " + model.getName() + " " + model.getVersions());
        VersionView version = models.getVersion(arguments[2], 1);
        System.out.println("version " + version.getVersion() + " " + version.getDimension() + " "
                + version.getFiles().stream().anyMatch(file -> file.getName().equals("model.safetensors")));
        AliasView alias = models.moveAlias("champion", arguments[2], new AliasTarget().version(1), "\"0\"");
        System.out.println("alias " + alias.getAlias() + " " + alias.getVersion() + " " + alias.getRevision());
        try {
            models.moveAlias("champion", arguments[2], new AliasTarget().version(1), "\"7\"");
        } catch (ApiException e) {
            System.out.println("refused " + e.getCode() + " " + e.getResponseBody().contains("revision-mismatch"));
        }
    }
}
