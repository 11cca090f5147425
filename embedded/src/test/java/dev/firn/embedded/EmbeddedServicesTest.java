package dev.firn.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedServicesTest {
    @TempDir
    Path home;

    @Test
    void startsThreeServicesOnLoopbackThatKeepSecretsPortsAndRowsOverARestart() throws Exception {
        ServiceAddresses first;
        try (EmbeddedServices services = EmbeddedServices.start(home, ExternalServices.NONE)) {
            first = services.addresses();
            assertThat(query(first.database(), "show fsync")).isEqualTo("on");
            assertThat(query(first.database(), "show synchronous_commit")).isEqualTo("on");
            assertThat(query(first.database(), "show password_encryption")).isEqualTo("scram-sha-256");
            assertThat(query(first.database(), "show data_checksums")).isEqualTo("on");
            execute(first.database(), "create table kept (id integer)", "insert into kept values (42)");

            Files.writeString(home.resolve("s3/firn/object"), "not for everybody");
            assertThat(status(first.objectStore().endpoint().resolve("/firn/object")))
                    .isEqualTo(403);
            assertThat(status(first.objectStore().endpoint().resolve("/firn"))).isEqualTo(403);
            assertThat(status(first.objectStore().endpoint().resolve("/"))).isEqualTo(403);
            for (int port : List.of(
                    port(first.database().url().replace("jdbc:", "")),
                    first.objectStore().endpoint().getPort(),
                    port("temporal://" + first.temporal().target()))) {
                assertThat(listeningAddresses(port)).containsExactly("0100007F");
            }

            Path settings = home.resolve("services.properties");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings)))
                    .isEqualTo("rw-------");
            assertThat(EmbeddedServices.join(home, ExternalServices.NONE)).isEqualTo(first);
            assertThatThrownBy(() -> EmbeddedServices.start(home, ExternalServices.NONE))
                    .isInstanceOf(EmbeddedServiceException.class)
                    .hasMessageContaining("in use by the process");
        }
        assertThat(home.resolve("postgres/data/postmaster.pid")).doesNotExist();

        try (EmbeddedServices services = EmbeddedServices.start(home, ExternalServices.NONE)) {
            assertThat(services.addresses()).isEqualTo(first);
            assertThat(query(first.database(), "select id from kept")).isEqualTo("42");
        }
    }

    @Test
    void refusesAWrongPassword() {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(home, EmbeddedServices.defaultCache(), 0, "right")) {
            ServiceAddresses.Database address = server.address();
            assertThatThrownBy(() ->
                            query(new ServiceAddresses.Database(address.url(), address.user(), "wrong"), "select 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
        assertThatThrownBy(() -> EmbeddedPostgres.start(home, EmbeddedServices.defaultCache(), 0, "other"))
                .isInstanceOf(EmbeddedServiceException.class)
                .hasMessageContaining("services.properties");
        assertThat(home.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void startsOnlyWhatIsNotConfigured() {
        ServiceAddresses.Database database =
                new ServiceAddresses.Database("jdbc:postgresql://db.invalid/firn", "me", "secret");
        ServiceAddresses.ObjectStore store =
                new ServiceAddresses.ObjectStore(URI.create("http://s3.invalid"), "key", "secret", "bucket", "region");
        ExternalServices external = new ExternalServices(Optional.of(database), Optional.of(store), Optional.empty());

        try (EmbeddedServices services = EmbeddedServices.start(home, external)) {
            assertThat(services.addresses().database()).isEqualTo(database);
            assertThat(services.addresses().objectStore()).isEqualTo(store);
            assertThat(services.addresses().temporal().target()).startsWith("127.0.0.1:");
            assertThat(services.postgresProcess()).isEmpty();
            assertThat(home.resolve("postgres")).doesNotExist();
            assertThat(home.resolve("s3")).doesNotExist();
            assertThatThrownBy(() -> EmbeddedServices.join(home, ExternalServices.NONE))
                    .isInstanceOf(EmbeddedServiceException.class)
                    .hasMessageContaining("postgres.url");
        }
    }

    @Test
    void endsWhatDidStartWhenOneServiceDoesNot() throws IOException {
        Files.writeString(home.resolve("s3"), "not a folder");

        assertThatThrownBy(() -> EmbeddedServices.start(home, ExternalServices.NONE))
                .isInstanceOf(EmbeddedServiceException.class)
                .hasMessageContaining("object store");

        assertThat(home.resolve("postgres/data/PG_VERSION")).exists();
        assertThat(home.resolve("postgres/data/postmaster.pid")).doesNotExist();
        Files.delete(home.resolve("s3"));
        EmbeddedServices.start(home, ExternalServices.NONE).close();
    }

    @Test
    void losesNoAcknowledgedRowWhenItsProcessIsKilled() throws Exception {
        long orphan;
        int acknowledged = 0;
        try (ChildJava child = new ChildJava(Writer.class, home.toString())) {
            String line = child.readLine();
            assertThat(line).startsWith("postgres ");
            orphan = Long.parseLong(line.substring("postgres ".length()));
            while (acknowledged < 200) {
                acknowledged = Integer.parseInt(child.readLine());
            }
            child.kill();
        }
        assertThat(ProcessHandle.of(orphan)).get().matches(ProcessHandle::isAlive);

        try (EmbeddedServices services = EmbeddedServices.start(home, ExternalServices.NONE)) {
            assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive)).isEmpty();
            assertThat(Integer.parseInt(query(services.addresses().database(), "select count(*) from written")))
                    .isGreaterThanOrEqualTo(acknowledged);
            assertThat(
                            query(
                                    services.addresses().database(),
                                    "select count(*) from generate_series(1, " + acknowledged
                                            + ") as wanted (id) where not exists (select 1 from written w where w.id = wanted.id)"))
                    .isEqualTo("0");
        }
    }

    @Test
    void startsPostgresAgainWithEveryAcknowledgedRowWhenItsProcessIsKilled() throws Exception {
        try (EmbeddedServices services = EmbeddedServices.start(home, ExternalServices.NONE)) {
            ServiceAddresses.Database database = services.addresses().database();
            execute(database, "create table kept (id integer)");
            for (int kill = 1; kill <= 2; kill++) {
                execute(database, "insert into kept values (" + kill + ")");
                ProcessHandle killed = services.postgresProcess().orElseThrow();
                killed.destroyForcibly();
                killed.onExit().join();

                assertThat(queryOnceItAnswers(database, "select count(*) from kept"))
                        .isEqualTo(Integer.toString(kill));
                assertThat(services.postgresProcess().orElseThrow()).isNotEqualTo(killed);
            }
        }
        assertThat(home.resolve("postgres/data/postmaster.pid")).doesNotExist();
    }

    private static String queryOnceItAnswers(ServiceAddresses.Database database, String sql) throws Exception {
        Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
        while (true) {
            try {
                return query(database, sql);
            } catch (SQLException e) {
                assertThat(Instant.now()).as("PostgreSQL is still away: %s", e).isBefore(deadline);
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void startsThoughAnotherProgramHasTheDeadServersProcessId() throws Exception {
        EmbeddedPostgres.start(home, EmbeddedServices.defaultCache(), 0, "secret")
                .close();
        Path pidFile = home.resolve("data/postmaster.pid");
        Files.write(
                pidFile,
                List.of(
                        Long.toString(ProcessHandle.current().pid()),
                        home.resolve("data").toString(),
                        "1700000000",
                        "5432",
                        "",
                        "127.0.0.1",
                        "1 1",
                        "ready"));

        try (EmbeddedPostgres server = EmbeddedPostgres.start(home, EmbeddedServices.defaultCache(), 0, "secret")) {
            assertThat(query(server.address(), "select 1")).isEqualTo("1");
        }
    }

    /** Inserts rows one by one, each in its own transaction, and says so after each commit, until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws SQLException {
            try (EmbeddedServices services = EmbeddedServices.start(Path.of(arguments[0]), ExternalServices.NONE);
                    Connection connection = connect(services.addresses().database());
                    Statement statement = connection.createStatement()) {
                statement.execute("create table written (id integer)");
                System.out.println(
                        "postgres " + services.postgresProcess().orElseThrow().pid());
                for (int id = 1; id < Integer.MAX_VALUE; id++) {
                    statement.execute("insert into written values (" + id + ")");
                    System.out.println(id);
                }
            }
        }
    }

    private static Connection connect(ServiceAddresses.Database database) throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }

    private static String query(ServiceAddresses.Database database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }

    private static void execute(ServiceAddresses.Database database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int status(URI address) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static int port(String address) {
        return URI.create(address).getPort();
    }

    /** The local addresses, in the kernel's hexadecimal, on which somebody listens at the port. */
    private static List<String> listeningAddresses(int port) throws IOException {
        String listening = "0A";
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        List<String> lines = new java.util.ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
        if (Files.exists(Path.of("/proc/net/tcp6"))) {
            lines.addAll(Files.readAllLines(Path.of("/proc/net/tcp6")));
        }
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > 3 && fields[1].endsWith(suffix) && fields[3].equals(listening))
                .map(fields -> fields[1].substring(0, fields[1].length() - suffix.length()))
                // an IPv4 address on an IPv6 socket is written with its prefix
                .map(address -> address.replace("0000000000000000FFFF0000", ""))
                .toList();
    }
}
