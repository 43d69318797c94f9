package io.homeport.mqtt;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.jspecify.annotations.Nullable;

/// Fuzzes the decoder with `JAZZER_FUZZ=1`; otherwise runs the inputs kept for it. The first byte
/// chooses the decoder's state.
class MqttDecoderFuzzTest {
    @FuzzTest
    void anyBytesAreDecodedOrRefused(byte @Nullable [] data) {
        if (data != null) {
            CodecChecks.decodeAny(data);
        }
    }
}
