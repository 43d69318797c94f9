package io.homeport.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// AWS IoT developer guide, "AWS IoT Core policy variables", and IAM User Guide, "IAM policy
/// elements: Variables and tags".
class VariableTest {
    private static final String TOPIC = "arn:aws:iot:r:1:topic/";

    /// basic-policy-variables, thing-policy-variables and cert-policy-variables of the AWS IoT
    /// guide: every name is looked up as it stands between the braces.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "iot:ClientId",
                "IOT:clientid",
                "aws:SourceIp",
                "aws:CurrentTime",
                "iot:DomainName",
                "iot:CertificateId",
                "CertificateId",
                "iot:Connection.Thing.ThingName",
                "iot:Connection.Thing.ThingTypeName",
                "iot:Connection.Thing.IsAttached",
                "iot:Connection.Thing.Attributes[color]",
                "iot:Connection.Thing.Attributes[a.b,c@d/e:f#g-h_i]",
                "iot:Certificate.SerialNumber",
                "iot:Certificate.AvailableKeys",
                "iot:Certificate.Subject.CommonName",
                "iot:Certificate.Subject.Country.1",
                "iot:Certificate.Subject.Country.List",
                "iot:Certificate.Subject.AlternativeName.DNSName.0",
                "iot:Certificate.Issuer.OrganizationalUnit",
                "aws:PrincipalTag/team",
            })
    void aVariableStandsForItsValue(String name) {
        ArnPattern pattern = ArnPattern.compile(TOPIC + "a/${" + name + "}/b", false);
        Values value = Values.of(name, "v-1");
        assertThat(pattern.matches(TOPIC + "a/v-1/b", value)).isTrue();
        assertThat(pattern.matches(TOPIC + "a/v-2/b", value)).isFalse();
        assertThat(pattern.matches(TOPIC + "a//b", value)).isFalse();
    }

    /// A value with a special character is not put in; the variable's text stays.
    @ParameterizedTest
    @ValueSource(strings = {"*", "?", "a+", "#", "$aws"})
    void aValueThatCouldWidenAPolicyIsNotPutIn(String value) {
        ArnPattern pattern = ArnPattern.compile(TOPIC + "${iot:ClientId}/x*", false);
        Values context = Values.of("iot:ClientId", value);
        assertThat(pattern.matches(TOPIC + value + "/x", context)).isFalse();
        assertThat(pattern.matches(TOPIC + "a/x", context)).isFalse();
        assertThat(pattern.matches(TOPIC + "${iot:ClientId}/x", context)).isTrue();
    }

    @Test
    void aValueOfMoreThan1024CharactersIsNotPutIn() {
        ArnPattern pattern = ArnPattern.compile(TOPIC + "${iot:ClientId}", false);
        String longest = "v".repeat(1024);
        assertThat(pattern.matches(TOPIC + longest, Values.of("iot:ClientId", longest))).isTrue();
        String longer = longest + "v";
        assertThat(pattern.matches(TOPIC + longer, Values.of("iot:ClientId", longer))).isFalse();
    }

    /// "A resource that includes a policy variable with no value will not match": and an empty
    /// value must not open `${x}*` to everything.
    @Test
    void aMissingOrEmptyValueMatchesNothing() {
        ArnPattern pattern = ArnPattern.compile(TOPIC + "${iot:Team}*", false);
        assertThat(pattern.matches(TOPIC + "anything", PolicyContext.EMPTY)).isFalse();
        assertThat(pattern.matches(TOPIC + "anything", Values.of("iot:Team", ""))).isFalse();
        assertThat(pattern.matches(TOPIC + "red/1", Values.of("iot:Team", "red"))).isTrue();
    }

    /// cert-policy-variables: the plain name of an attribute with several values is its first.
    @Test
    void ofSeveralValuesTheFirstIsPutIn() {
        ArnPattern pattern =
                ArnPattern.compile(TOPIC + "${iot:Certificate.Subject.Country}", false);
        Values context = Values.of("iot:Certificate.Subject.Country", "DE", "FR");
        assertThat(pattern.matches(TOPIC + "DE", context)).isTrue();
        assertThat(pattern.matches(TOPIC + "FR", context)).isFalse();
    }

    /// "Special characters" and "Specifying default values" of IAM's page on variables.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "a${*}b | a*b | true",
                "a${*}b | axb | false",
                "a${?}b | a?b | true",
                "a${?}b | axb | false",
                "a${$}b | a$b | true",
                "${$}{x} | ${x} | true",
                "$aws/things/* | $aws/things/a | true",
                "b-${aws:PrincipalTag/none, 'all'} | b-all | true",
                "b-${aws:PrincipalTag/none,'a}l*'} | b-a}l* | true",
                "b-${aws:PrincipalTag/none,'a*'} | b-ab | false",
                "b-${aws:PrincipalTag/team, 'all'} | b-red | true",
                "b-${aws:PrincipalTag/team, 'all'} | b-all | false",
            })
    void escapesAndDefaultsAreLiteral(String pattern, String resource, boolean matches) {
        Values context = Values.of("aws:PrincipalTag/team", "red");
        assertThat(ArnPattern.compile(TOPIC + pattern, false).matches(TOPIC + resource, context))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${", "${}", "${a", "${a b}", "${a,'x}", "${a,'x'", "${a$}", "${a*}", "${**}"
            })
    void malformedVariablesAreRefused(String text) {
        assertThatThrownBy(() -> TextPattern.compile("x" + text, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("variable that");
    }

    /// IAM User Guide, "Resource": a wildcard stays within its part of the ARN, and missing parts
    /// are wildcards (grammar page, resource_string).
    @Test
    void partsOfAnArnMatchByThemselves() {
        ArnPattern region = ArnPattern.compile("arn:aws:iot:us-*:1:topic/a", false);
        assertThat(region.matches("arn:aws:iot:us-east-1:1:topic/a", PolicyContext.EMPTY)).isTrue();
        assertThat(region.matches("arn:aws:iot:us-east-1:1:topic/x:1:topic/a", PolicyContext.EMPTY))
                .isFalse();
        ArnPattern service = ArnPattern.compile("arn:aws:iot", false);
        assertThat(service.matches("arn:aws:iot:r:1:topic/a:b", PolicyContext.EMPTY)).isTrue();
        assertThat(service.matches("arn:aws:sqs:r:1:queue", PolicyContext.EMPTY)).isFalse();
        ArnPattern resource = ArnPattern.compile("arn:aws:iot:r:1:topic/*/z", false);
        assertThat(resource.matches("arn:aws:iot:r:1:topic/a:b/c/z", PolicyContext.EMPTY)).isTrue();
        assertThat(resource.matches("*", PolicyContext.EMPTY)).isFalse();
        assertThat(ArnPattern.compile("*", false).matches("*", PolicyContext.EMPTY)).isTrue();
    }
}
