package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.targets.TargetSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;

/// Rules that write to and read from AWS's DynamoDB Local
/// (docs.aws.amazon.com/iot/latest/developerguide/dynamodb-rule-action.html).
class DynamoDbTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";

    private static DynamoDbClient client(ForeignServer local) {
        return DynamoDbClient.builder()
                .endpointOverride(local.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "key")))
                .build();
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder().attributeName(name).attributeType(type).build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static void rule(
            IotClient iot, String name, String sql, Consumer<Action.Builder> made) {
        Action action = Action.builder().applyMutation(made).build();
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(p ->
                                p.sql(sql)
                                        .awsIotSqlVersion("2016-03-23")
                                        .actions(action)
                                        .errorAction(a ->
                                                a.republish(
                                                        e -> e.topic("errors").roleArn(ROLE)))));
    }

    @Test
    void rulesWriteUpdateReadAndDeleteItems() throws Exception {
        try (ForeignServer local = DynamoDbLocal.start();
                DynamoDbClient dynamo = client(local);
                TestServer server =
                        TestServer.start(settings ->
                                settings.withTargets(
                                        new TargetSettings(
                                                TargetSettings.endpoints(
                                                        List.of("dynamodb=" + local.url())),
                                                TargetSettings.keys("id:key"),
                                                null)));
                IotClient iot = server.iot()) {
            dynamo.createTable(r ->
                    r.tableName("readings")
                            .keySchema(key("id", KeyType.HASH), key("at", KeyType.RANGE))
                            .attributeDefinitions(
                                    attribute("id", ScalarAttributeType.S),
                                    attribute("at", ScalarAttributeType.N))
                            .billingMode(BillingMode.PAY_PER_REQUEST));
            Consumer<Action.Builder> insert = dynamoDb("INSERT");
            rule(iot, "insert", "SELECT v FROM 'in/insert/+'", insert);
            rule(iot, "remove", "SELECT * FROM 'in/remove/+'", dynamoDb("DELETE"));
            rule(
                    iot,
                    "columns",
                    "SELECT *, topic(3) AS id, 7 AS at FROM 'in/columns/+'",
                    a -> a.dynamoDBv2(d -> d.putItem(p -> p.tableName("readings")).roleArn(ROLE)));
            rule(
                    iot,
                    "keyless",
                    "SELECT * FROM 'in/keyless'",
                    a -> a.dynamoDBv2(d -> d.putItem(p -> p.tableName("readings")).roleArn(ROLE)));
            rule(
                    iot,
                    "reading",
                    "SELECT get_dynamodb('readings', 'id', topic(3), 'at', 5, '"
                            + ROLE
                            + "').payload.v AS v FROM 'in/reading/+'",
                    a -> a.republish(r -> r.topic("out").roleArn(ROLE)));
            Mqtt5BlockingClient client = Hive.plain(server, "sensor").buildBlocking();
            client.connect();
            Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out");

            Hive.publish(client, "in/insert/lamp", "{\"v\": {\"a\": [1.25, null, \"x\"]}}");
            AttributeValue list =
                    AttributeValue.fromL(
                            List.of(
                                    AttributeValue.fromN("1.25"),
                                    AttributeValue.fromNul(true),
                                    AttributeValue.fromS("x")));
            AttributeValue value = AttributeValue.fromM(Map.of("a", list));
            assertThat(present(dynamo, "lamp", 5))
                    .containsEntry("payload", AttributeValue.fromM(Map.of("v", value)));
            Hive.publish(client, "in/reading/lamp", "{}");
            assertThat(Hive.payload(inbox.next())).isEqualTo("{\"v\":{\"a\":[1.25,null,\"x\"]}}");
            Hive.publish(client, "in/columns/lamp", "{\"hot\": true}");
            assertThat(present(dynamo, "lamp", 7))
                    .containsEntry("hot", AttributeValue.fromBool(true));
            Hive.publish(client, "in/remove/lamp", "{}");
            Until.present(
                    "removal",
                    () -> Optional.of(true).filter(_ -> item(dynamo, "lamp", 5).isEmpty()));

            Inbox<Mqtt5Publish> errors = Hive.subscribe(client, "errors");
            Hive.publish(client, "in/keyless", "{\"hot\": true}");
            assertThat(Hive.payload(errors.next())).contains("ValidationException (400)", "key");
            client.disconnect();
        }
    }

    private static Consumer<Action.Builder> dynamoDb(String operation) {
        return a ->
                a.dynamoDB(d ->
                        d.tableName("readings")
                                .hashKeyField("id")
                                .hashKeyValue("${topic(3)}")
                                .rangeKeyField("at")
                                .rangeKeyValue("5")
                                .rangeKeyType("NUMBER")
                                .operation(operation)
                                .roleArn(ROLE));
    }

    private static Map<String, AttributeValue> present(DynamoDbClient dynamo, String id, int at) {
        return Until.present(
                "item", () -> Optional.of(item(dynamo, id, at)).filter(found -> !found.isEmpty()));
    }

    private static Map<String, AttributeValue> item(DynamoDbClient dynamo, String id, int at) {
        Map<String, AttributeValue> key =
                Map.of("id", AttributeValue.fromS(id), "at", AttributeValue.fromN("" + at));
        return dynamo.getItem(r -> r.tableName("readings").key(key)).item();
    }
}
