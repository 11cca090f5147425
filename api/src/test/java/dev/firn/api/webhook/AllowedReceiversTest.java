package dev.firn.api.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedReceiversTest {
    private final AllowedReceivers none = new AllowedReceivers(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/x",
                "http://2130706433/x",
                "http://0.0.0.0/",
                "http://10.1.2.3/",
                "http://172.16.0.1/",
                "http://192.168.1.1/",
                "http://169.254.169.254/latest/meta-data",
                "http://100.64.0.1/",
                "http://224.0.0.1/",
                "http://255.255.255.255/",
                "http://198.18.0.1/",
                "http://[::1]/",
                "http://[::]/",
                "http://[fe80::1]/",
                "http://[fd00::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::127.0.0.1]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[2002:7f00:1::]/",
                "http://localhost/",
                "http://a.localhost/",
                "http://intranet/"
            })
    void thisMachineAndPrivateNetworksAreRefused(String url) {
        assertThat(none.refusal(URI.create(url)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("FIRN_WEBHOOK_ALLOW"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://hooks.example.com/firn?a=b", "http://93.184.215.14:8080/", "https://[2606:2800::1]/"})
    void theInternetIsAllowed(String url) {
        assertThat(none.refusal(URI.create(url))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.1/",
                "http://999.999.999.999/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "https://user:secret@example.com/",
                "https:/x",
                "mailto:a@b.c"
            })
    void whatIsNoPlainWebAddressIsRefused(String url) {
        assertThat(none.refusal(URI.create(url)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("http or https"));
    }

    @Test
    void theOperatorAllowsAHostOrOneOfItsPorts() {
        AllowedReceivers some = new AllowedReceivers(List.of("intranet", "127.0.0.1:9000", "[::1]:443"));

        assertThat(some.refusal(URI.create("http://intranet/x"))).isEmpty();
        assertThat(some.refusal(URI.create("http://INTRANET:1234/x"))).isEmpty();
        assertThat(some.refusal(URI.create("http://127.0.0.1:9000/"))).isEmpty();
        assertThat(some.refusal(URI.create("https://[::1]/"))).isEmpty();
        assertThat(some.refusal(URI.create("http://127.0.0.1:9001/"))).isPresent();
        assertThat(some.refusal(URI.create("http://127.0.0.1/"))).isPresent();
        assertThatThrownBy(() -> new AllowedReceivers(List.of("http://intranet/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FIRN_WEBHOOK_ALLOW");
    }

    @Test
    void aNameThatPointsInsideIsNotConnectedTo() throws Exception {
        // Whatever an address was looked up for: localhost stands for a name that somebody pointed inside
        assertThatThrownBy(() -> none.addresses(URI.create("http://localhost/")))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("FIRN_WEBHOOK_ALLOW");
        assertThat(new AllowedReceivers(List.of("localhost")).addresses(URI.create("http://localhost/")))
                .contains(InetAddress.ofLiteral("127.0.0.1"));
    }
}
