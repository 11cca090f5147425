package dev.firn.api.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageQuotaTest {
    @Test
    void isAnAmountOfBytesWithOrWithoutAUnit() {
        assertThat(StorageQuota.read(Map.of())).isEmpty();
        assertThat(StorageQuota.read(Map.of("FIRN_STORAGE_QUOTA", " "))).isEmpty();
        assertThat(StorageQuota.read(Map.of("FIRN_STORAGE_QUOTA", "1500"))).hasValue(1500);
        assertThat(StorageQuota.read(Map.of("FIRN_STORAGE_QUOTA", "500mb"))).hasValue(500_000_000);
        assertThat(StorageQuota.read(Map.of("FIRN_STORAGE_QUOTA", "20 GB"))).hasValue(20_000_000_000L);
        assertThat(StorageQuota.read(Map.of("FIRN_STORAGE_QUOTA", "2T"))).hasValue(2_000_000_000_000L);
    }

    @Test
    void whatIsNoAmountIsRefusedByName() {
        for (String text : new String[] {"lots", "-1", "1.5GB", "10XB", "999999999999999999T"}) {
            assertThatThrownBy(() -> StorageQuota.read(Map.of("FIRN_STORAGE_QUOTA", text)))
                    .as(text)
                    .isInstanceOf(BootException.class)
                    .hasMessageContaining("FIRN_STORAGE_QUOTA")
                    .hasMessageContaining(text);
        }
    }
}
