package io.homeport.policy;

import static io.homeport.policy.Decision.Outcome.ALLOWED;
import static io.homeport.policy.Decision.Outcome.EXPLICIT_DENY;
import static io.homeport.policy.Decision.Outcome.IMPLICIT_DENY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// IAM User Guide, "Policy evaluation logic"; AWS IoT's `authDecision` in TestAuthorization.
class DecisionTest {
    private static final String TOPIC = "arn:aws:iot:r:1:topic/";
    private static final PolicyDocument FLEET =
            PolicyDocument.parse(
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "iot:Publish", "Resource":
                        "arn:aws:iot:r:1:topic/dt/${iot:Connection.Thing.ThingName}/*"},
                      {"Sid": "Own", "Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
                       "Resource": "arn:aws:iot:r:1:topic/own/${iot:ClientId}"},
                      {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*",
                       "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}}]}
                    """);
    private static final PolicyDocument SECRETS =
            PolicyDocument.parse(
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "iot:GetThing", "NotResource":
                        "arn:aws:iot:r:1:thing/x"},
                      {"Sid": "NoSecrets", "Effect": "Deny", "Action": "iot:*",
                       "Resource": "arn:aws:iot:r:1:topic/own/secret*",
                       "Condition": {"StringLike": {"iot:ClientId": "s*"}}}]}
                    """);
    private static final PolicySet POLICIES =
            new PolicySet(
                    List.of(
                            new PolicySet.NamedPolicy("fleet", FLEET),
                            new PolicySet.NamedPolicy("guard", SECRETS)));
    private static final Values CLIENT = Values.of("iot:ClientId", "c1");

    @Test
    void whatAStatementAllowsIsAllowedAndNamesTheStatement() {
        Decision decision = POLICIES.decide("iot:Publish", TOPIC + "own/c1", CLIENT);
        assertThat(decision)
                .isEqualTo(
                        new Decision(
                                ALLOWED,
                                "fleet",
                                1,
                                "policy \"fleet\" statement 1 \"Own\" allows iot:Publish and"
                                        + " iot:Receive on"
                                        + " arn:aws:iot:r:1:topic/own/${iot:ClientId}"));
        assertThat(POLICIES.decide("iot:Receive", TOPIC + "own/c1", CLIENT)).isSameAs(decision);
        assertThat(POLICIES.explain("iot:Publish", TOPIC + "own/c1", CLIENT).reason())
                .isEqualTo(
                        "policy \"fleet\" statement 1 \"Own\" allows iot:Publish on"
                                + " arn:aws:iot:r:1:topic/own/c1, where iot:ClientId is \"c1\"");
    }

    @Test
    void anExplicitDenyWinsWhateverTheOrder() {
        Values secret = Values.of("iot:ClientId", "secret1");
        Decision decision = POLICIES.decide("iot:Publish", TOPIC + "own/secret1", secret);
        assertThat(decision)
                .isEqualTo(
                        new Decision(
                                EXPLICIT_DENY,
                                "guard",
                                1,
                                "policy \"guard\" statement 1 \"NoSecrets\" denies iot:Publish on"
                                        + " arn:aws:iot:r:1:topic/own/secret1, where"
                                        + " iot:ClientId is"
                                        + " \"secret1\""));
    }

    @Test
    void anImplicitDenyTellsTheNearestStatementAndTheMissingValue() {
        Decision decision = POLICIES.decide("iot:Publish", TOPIC + "dt/c1/x", CLIENT);
        assertThat(decision)
                .isEqualTo(
                        new Decision(
                                IMPLICIT_DENY,
                                null,
                                -1,
                                "policy \"fleet\" statement 0 allows iot:Publish only on"
                                        + " arn:aws:iot:r:1:topic/dt/"
                                        + "${iot:Connection.Thing.ThingName}/*,"
                                        + " and iot:Connection.Thing.ThingName has"
                                        + " no value here"
                                        + " (it needs MQTT, a client id that is the name of a"
                                        + " thing, and a certificate that is attached to that"
                                        + " thing); asked for was arn:aws:iot:r:1:topic/dt/c1/x"));
    }

    @Test
    void anImplicitDenyTellsTheValueThatDiffersOrIsNotPutIn() {
        assertThat(reason("iot:Publish", TOPIC + "own/c2", CLIENT))
                .isEqualTo(
                        "policy \"fleet\" statement 1 \"Own\" allows iot:Publish only on"
                                + " arn:aws:iot:r:1:topic/own/${iot:ClientId}, and iot:ClientId is"
                                + " \"c1\"; asked for was arn:aws:iot:r:1:topic/own/c2");
        assertThat(reason("iot:Publish", TOPIC + "own/a+b", Values.of("iot:ClientId", "a+b")))
                .contains("iot:ClientId is \"a+b\", which is not put in because it contains \"+\"");
    }

    @Test
    void anImplicitDenyTellsTheConditionThatFailed() {
        assertThat(reason("iot:Connect", "arn:aws:iot:r:1:client/c1", CLIENT))
                .isEqualTo(
                        "policy \"fleet\" statement 2 allows iot:Connect on"
                                + " arn:aws:iot:r:1:client/c1 only if Bool of"
                                + " iot:Connection.Thing.IsAttached with \"true\" holds, and"
                                + " iot:Connection.Thing.IsAttached has no value here"
                                + " (it needs MQTT, a client id that is the name of a"
                                + " thing, and a certificate that is attached to that thing)");
    }

    @Test
    void anImplicitDenyTellsThatNoStatementIsAboutTheAction() {
        assertThat(reason("iot:DeleteThing", "arn:aws:iot:r:1:thing/x", CLIENT))
                .isEqualTo("no statement of policy \"fleet\" or \"guard\" allows iot:DeleteThing");
        assertThat(reason("iot:GetThing", "arn:aws:iot:r:1:thing/x", CLIENT))
                .isEqualTo(
                        "policy \"guard\" statement 0 allows iot:GetThing only outside of"
                                + " arn:aws:iot:r:1:thing/x, and this is arn:aws:iot:r:1:thing/x");
        assertThat(new PolicySet(List.of()).decide("iot:Connect", "*", CLIENT).reason())
                .isEqualTo(
                        "no policy applies, and without one nothing is allowed, not iot:Connect");
    }

    /// A client chooses its topics and ids; a reason must stay short enough for a log line and a
    /// CONNACK.
    @Test
    void reasonsAreBounded() {
        String huge = "x".repeat(60_000);
        Values client = Values.of("iot:ClientId", huge);
        assertThat(reason("iot:Publish", TOPIC + "own/" + huge, client)).hasSizeLessThan(2_000);
        assertThat(reason("iot:Connect", TOPIC + huge, client)).hasSizeLessThan(2_000);
        assertThat(reason("iot:Publish", TOPIC + "own/\n\u001B[31m", CLIENT))
                .doesNotContain("\n", "\u001B");
        String pairs = "x" + "\uD83D\uDE00".repeat(500) + "\uD83D";
        assertThat(reason("iot:Publish", TOPIC + "own/" + pairs, CLIENT))
                .matches(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }

    private static String reason(String action, String resource, PolicyContext context) {
        Decision decision = POLICIES.decide(action, resource, context);
        assertThat(decision.outcome()).isEqualTo(IMPLICIT_DENY);
        return decision.reason();
    }
}
