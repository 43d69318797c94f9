package io.homeport.policy;

import static io.homeport.policy.Decision.Outcome.ALLOWED;
import static io.homeport.policy.Decision.Outcome.EXPLICIT_DENY;
import static io.homeport.policy.Decision.Outcome.IMPLICIT_DENY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Policies of the kinds that AWS IoT's developer guide explains, with what the guide says of them.
class AwsExamplesTest {
    private static final String BASE = "arn:aws:iot:us-east-1:123456789012:";
    private static final Values THING1 =
            Values.of("iot:ClientId", "thing1")
                    .and("iot:Connection.Thing.ThingName", "thing1")
                    .and("iot:Connection.Thing.IsAttached", "true");
    private static final Values STRANGER =
            Values.of("iot:ClientId", "thing1").and("iot:Connection.Thing.IsAttached", "false");

    /// docs.aws.amazon.com/iot/latest/developerguide/connect-policy.html
    @Test
    void attachedThingsConnectUnderTheirNameAndTwoNamesAreBarred() {
        PolicySet policies =
                policy(
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Deny", "Action": ["iot:Connect"],
                           "Resource": ["BASE:client/client1", "BASE:client/client2"]},
                          {"Effect": "Allow", "Action": ["iot:Connect"],
                           "Resource": ["BASE:client/${iot:Connection.Thing.ThingName}"],
                           "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": ["true"]}}}]}
                        """);
        assertThat(outcome(policies, "iot:Connect", "client/thing1", THING1)).isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:Connect", "client/thing2", THING1))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(outcome(policies, "iot:Connect", "client/thing1", STRANGER))
                .isEqualTo(IMPLICIT_DENY);
        Values client1 = THING1.and("iot:Connection.Thing.ThingName", "client1");
        assertThat(outcome(policies, "iot:Connect", "client/client1", client1))
                .isEqualTo(EXPLICIT_DENY);
    }

    /// connect-policy.html, "MQTT persistent sessions policy examples": all the features that a
    /// connection uses must be listed, and a connection that uses none passes.
    @Test
    void connectAttributesBoundTheFeaturesOfAConnection() {
        PolicySet onlyPersistent =
                connectIf("\"ForAllValues:StringEquals\"", "[\"PersistentConnect\"]");
        PolicySet notPersistent =
                connectIf("\"ForAllValues:StringNotEquals\"", "[\"PersistentConnect\"]");
        PolicySet nothing = connectIf("\"ForAllValues:StringEquals\"", "[]");
        PolicySet mustPersist =
                connectIf("\"ForAnyValue:StringEquals\"", "[\"PersistentConnect\"]");
        Values none = Values.of("iot:ClientId", "c");
        Values persistent = none.and("iot:ConnectAttributes", "PersistentConnect");
        Values will = none.and("iot:ConnectAttributes", "LastWill");
        Values both = none.and("iot:ConnectAttributes", "PersistentConnect", "LastWill");
        assertThat(connects(onlyPersistent, none, persistent, will, both))
                .containsExactly(true, true, false, false);
        assertThat(connects(notPersistent, none, persistent, will, both))
                .containsExactly(true, false, true, false);
        assertThat(connects(nothing, none, persistent, will, both))
                .containsExactly(true, false, false, false);
        assertThat(connects(mustPersist, none, persistent, will, both))
                .containsExactly(false, true, false, true);
    }

    /// connect-policy.html: any feature is allowed as long as the will has this topic.
    @Test
    void aWillIsBoundToItsTopic() {
        PolicySet policies =
                policy(
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": ["iot:Connect"],
                           "Resource": "BASE:client/client1",
                           "Condition": {"ArnEquals": {
                             "iot:LastWillTopic": "BASE:topic/my/lastwill/topicName"}}}]}
                        """);
        Values right = Values.of("iot:LastWillTopic", BASE + "topic/my/lastwill/topicName");
        Values wrong = Values.of("iot:LastWillTopic", BASE + "topic/my/lastwill/other");
        assertThat(connects(policies, right, wrong, Values.of("iot:ClientId", "client1")))
                .containsExactly(true, false, false);
    }

    /// docs.aws.amazon.com/iot/latest/developerguide/pub-sub-policy.html, topics of each device and
    /// topics with thing attributes.
    @Test
    void devicesHaveTopicsOfTheirOwn() {
        PolicySet policies =
                policy(
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": "iot:Publish", "Resource": [
                            "BASE:topic/sensor/device/${iot:Connection.Thing.ThingName}",
                            "BASE:topic/sensor/${iot:Connection.Thing.Attributes[version]}"]},
                          {"Effect": "Allow", "Action": "iot:Subscribe", "Resource":
                            "BASE:topicfilter/command/device/${iot:Connection.Thing.ThingName}"},
                          {"Effect": "Allow", "Action": "iot:Receive", "Resource":
                            "BASE:topic/command/device/${iot:Connection.Thing.ThingName}"}]}
                        """);
        Values v1 = THING1.and("iot:Connection.Thing.Attributes[version]", "v1");
        assertThat(outcome(policies, "iot:Publish", "topic/sensor/device/thing1", v1))
                .isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:Publish", "topic/sensor/v1", v1)).isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:Publish", "topic/sensor/v2", v1))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(outcome(policies, "iot:Publish", "topic/sensor/v1", STRANGER))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(outcome(policies, "iot:Subscribe", "topicfilter/command/device/thing1", v1))
                .isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:Subscribe", "topic/command/device/thing1", v1))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(outcome(policies, "iot:Receive", "topic/command/device/thing1", v1))
                .isEqualTo(ALLOWED);
    }

    /// pub-sub-policy.html, "Using wildcard characters in MQTT and AWS IoT Core policies": `+` and
    /// `#` are those characters, `*` isn't confined to a level, `?` is one character.
    @Test
    void mqttWildcardsAreLiteralAndPolicyWildcardsCrossLevels() {
        PolicySet literal = allow("iot:Subscribe", "topicfilter/some/#", "topicfilter/a/+/b");
        assertThat(outcome(literal, "iot:Subscribe", "topicfilter/some/#", THING1))
                .isEqualTo(ALLOWED);
        assertThat(outcome(literal, "iot:Subscribe", "topicfilter/some/x", THING1))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(outcome(literal, "iot:Subscribe", "topicfilter/a/+/b", THING1))
                .isEqualTo(ALLOWED);
        assertThat(outcome(literal, "iot:Subscribe", "topicfilter/a/x/b", THING1))
                .isEqualTo(IMPLICIT_DENY);
        PolicySet wide = allow("iot:Subscribe", "topicfilter/some/*/topic", "topicfilter/s???/t");
        assertThat(outcome(wide, "iot:Subscribe", "topicfilter/some/+/#/topic", THING1))
                .isEqualTo(ALLOWED);
        assertThat(outcome(wide, "iot:Subscribe", "topicfilter/s123/t", THING1)).isEqualTo(ALLOWED);
        assertThat(outcome(wide, "iot:Subscribe", "topicfilter/s12/t", THING1))
                .isEqualTo(IMPLICIT_DENY);
    }

    /// pub-sub-policy.html, "Policies to deny receiving messages from subtopics of a topic name": a
    /// deny of Subscribe doesn't stop a wider filter, a deny of Receive stops the messages.
    @Test
    void secretTopicsAreGuardedByReceive() {
        PolicySet policies =
                policy(
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": ["iot:Subscribe", "iot:Receive"],
                           "Resource": ["BASE:topicfilter/topic/*", "BASE:topic/topic/*"]},
                          {"Effect": "Deny", "Action": "iot:Subscribe",
                           "Resource": "BASE:topicfilter/topic/secret/*"},
                          {"Effect": "Deny", "Action": "iot:Receive",
                           "Resource": "BASE:topic/topic/secret/*"}]}
                        """);
        assertThat(outcome(policies, "iot:Subscribe", "topicfilter/topic/#", THING1))
                .isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:Receive", "topic/topic/open", THING1)).isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:Receive", "topic/topic/secret/1", THING1))
                .isEqualTo(EXPLICIT_DENY);
    }

    /// docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html: client ids that
    /// end with the value of the thing's attribute.
    @Test
    void aConditionMayHoldAVariableBetweenWildcards() {
        PolicySet policies =
                policy(
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Condition": {"StringLike": {
                             "iot:ClientId": "*${iot:Connection.Thing.Attributes[envType]}"}},
                           "Effect": "Allow", "Action": "iot:Connect",
                           "Resource": "BASE:client/*"}]}
                        """);
        Values ends =
                Values.of("iot:ClientId", "lamp-prod")
                        .and("iot:Connection.Thing.Attributes[envType]", "prod");
        Values differs = ends.and("iot:ClientId", "lamp-test");
        assertThat(connects(policies, ends, differs, Values.of("iot:ClientId", "lamp-prod")))
                .containsExactly(true, false, false);
    }

    /// IAM User Guide, "Policy evaluation logic": the same grammar decides over API users.
    @Test
    void apiUsersHavePoliciesOfTheSameGrammar() {
        PolicySet policies =
                policy(
                        """
                        {"Version": "2012-10-17", "Id": "operators", "Statement": [
                          {"Effect": "Allow", "NotAction": ["iot:Delete*", "iam:*"],
                           "Resource": "*"},
                          {"Effect": "Allow", "Action": "iot:DeleteThing",
                           "NotResource": "BASE:thing/keep-*"}]}
                        """);
        assertThat(outcome(policies, "iot:CreateThing", "thing/a", THING1)).isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:DeletePolicy", "policy/a", THING1))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(outcome(policies, "iot:DeleteThing", "thing/a", THING1)).isEqualTo(ALLOWED);
        assertThat(outcome(policies, "iot:DeleteThing", "thing/keep-a", THING1))
                .isEqualTo(IMPLICIT_DENY);
        assertThat(policies.decide("iot:ListThings", "*", THING1).outcome()).isEqualTo(ALLOWED);
    }

    private static PolicySet connectIf(String operator, String values) {
        return policy(
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": "iot:Connect", "Resource": "BASE:client/client1",
                   "Condition": {OPERATOR: {"iot:ConnectAttributes": VALUES}}}]}
                """
                        .replace("OPERATOR", operator)
                        .replace("VALUES", values));
    }

    private static PolicySet allow(String action, String... resources) {
        String listed = "\"" + BASE + String.join("\", \"" + BASE, resources) + "\"";
        return policy(
                "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\":"
                        + " \"Allow\", \"Action\": \""
                        + action
                        + "\", \"Resource\": ["
                        + listed
                        + "]}}");
    }

    private static PolicySet policy(String json) {
        String text = json.replace("BASE:", BASE);
        return new PolicySet(List.of(new PolicySet.NamedPolicy("p", PolicyDocument.parse(text))));
    }

    private static Decision.Outcome outcome(
            PolicySet policies, String action, String resource, PolicyContext context) {
        return policies.decide(action, BASE + resource, context).outcome();
    }

    private static List<Boolean> connects(PolicySet policies, Values... contexts) {
        return List.of(contexts).stream()
                .map(c -> policies.decide("iot:Connect", BASE + "client/client1", c).allowed())
                .toList();
    }
}
