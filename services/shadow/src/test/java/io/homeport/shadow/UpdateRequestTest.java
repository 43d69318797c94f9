package io.homeport.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.homeport.core.Profile;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// AWS IoT developer guide, "Device Shadow error messages" and "Device Shadow service documents".
class UpdateRequestTest {
    private static final ShadowLimits AWS = ShadowLimits.of(Profile.AWS);

    private static UpdateRequest parse(String document) {
        return UpdateRequest.parse(
                document.replace('\'', '"').getBytes(StandardCharsets.UTF_8), AWS);
    }

    private static ShadowRefusal refusal(String document) {
        return assertThatExceptionOfType(ShadowRefusal.class)
                .isThrownBy(() -> parse(document))
                .actual();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'state':                                      | Invalid JSON
                    {'state':{}} x                                 | Invalid JSON
                    {'state':{'desired':{'a':NaN}}}                | Invalid JSON
                    5                                              | Invalid JSON
                    {'clientToken':'t'}                            | Missing required node: state
                    {'state':5}                                    | State node must be an object
                    {'state':null}                                 | State node must be an object
                    {'state':{'desired':[]}}                       | Desired node must be an object
                    {'state':{'reported':'x'}}                     | Reported node must be an object
                    {'state':{'delta':{}}}                         | State contains an invalid node: 'delta'
                    {'state':{'desired':{'colors':[null,'RED']}}}  | State contains an invalid node: 'colors'
                    {'state':{'desired':{'a':[{'b':[null]}]}}}     | State contains an invalid node: 'b'
                    {'state':{},'version':'1'}                     | Invalid version
                    {'state':{},'version':-1}                      | Invalid version
                    {'state':{},'version':1.5}                     | Invalid version
                    {'state':{},'version':99999999999999999999}    | Invalid version
                    {'state':{},'clientToken':5}                   | Invalid clientToken
                    """)
    void aWrongDocumentIsRefusedInAwsWords(String document, String message) {
        ShadowRefusal refusal = refusal(document);
        assertThat(refusal.code()).isEqualTo(ShadowRefusal.Code.BAD_REQUEST);
        assertThat(refusal.text()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'state':{}}",
                "{'state':{'desired':null,'reported':{}},'version':null,'clientToken':null}",
                "{'state':{'desired':{'a':{'b':null},'c':[]}},'version':0,'other':[null]}"
            })
    void theseAreTaken(String document) {
        assertThat(parse(document).version()).isIn(null, 0L);
    }

    // "The client token can be no longer than 64 bytes."
    @Test
    void aClientTokenHasSixtyFourBytesAtMost() {
        String document = "{'state':{},'clientToken':'%s'}";
        assertThat(parse(document.formatted("x".repeat(64))).clientToken()).hasSize(64);
        assertThat(refusal(document.formatted("\u00fc".repeat(33))).text())
                .isEqualTo("Invalid clientToken");
    }

    // "Present only if a client token was used in the published message."
    @Test
    void aRefusalCarriesTheClientToken() {
        assertThat(refusal("{'state':5,'clientToken':'t'}").clientToken()).isEqualTo("t");
    }

    // AWS general reference, "Maximum depth of JSON device state documents".
    @Test
    void aStateHasEightLevelsAtMost() {
        String eight = "{'1':{'2':{'3':{'4':{'5':{'6':{'7':{'8':0}}}}}}}}";
        String nine = "{'1':{'2':{'3':{'4':{'5':{'6':{'7':{'8':{'9':0}}}}}}}}}";
        assertThat(parse("{'state':{'desired':%s}}".formatted(eight)).version()).isNull();
        assertThat(refusal("{'state':{'desired':%s}}".formatted(nine)).text())
                .isEqualTo("JSON contains too many levels of nesting; maximum is 8");
    }

    @Test
    void aDocumentThatNestsWithoutEndIsRefused() {
        assertThat(refusal("{'state':{'desired':" + "{'a':".repeat(20_000)).code())
                .isEqualTo(ShadowRefusal.Code.BAD_REQUEST);
    }

    @Test
    void whatIsNotUtf8IsRefused() {
        byte[] latin =
                "{\"state\":{\"desired\":{\"a\":\"\u00fc\"}}}"
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(ShadowRefusal.class)
                .isThrownBy(() -> UpdateRequest.parse(latin, AWS))
                .satisfies(refusal -> {
                    assertThat(refusal.code().status()).isEqualTo(415);
                    assertThat(refusal.text())
                            .isEqualTo(
                                    "Unsupported documented encoding; supported encoding is UTF-8");
                });
    }

    @Test
    void numbersKeepTheirDigits() {
        String number = "3.14159265358979323846264338327950288";
        assertThat(parse("{'state':{'desired':{'a':%s,'b':100.00}}}".formatted(number)).state())
                .hasToString("{\"desired\":{\"a\":" + number + ",\"b\":100.00}}");
    }
}
