package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.targets.TargetSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.ComparisonOperator;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.TimestreamDimension;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.timestreamwrite.TimestreamWriteClient;
import tools.jackson.databind.json.JsonMapper;

/// Rules whose targets are services of AWS, played by moto's server: what arrives is read with the
/// AWS SDK (docs.aws.amazon.com/iot/latest/developerguide/iot-rule-actions.html).
class MotoTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";
    private static final String PAYLOAD = "{\"id\": \"lamp\", \"v\": 9}";

    private static MotoServer moto;
    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;

    @BeforeAll
    static void start() {
        // Moto answers Kinesis' GetRecords in CBOR with an internal error.
        System.setProperty(SdkSystemSetting.CBOR_ENABLED.property(), "false");
        moto = MotoServer.start();
        server =
                TestServer.start(settings ->
                        settings.withTargets(
                                new TargetSettings(
                                        TargetSettings.endpoints(List.of("all=" + moto.url())),
                                        TargetSettings.keys("test:test"),
                                        null)));
        iot = server.iot();
        client = Hive.plain(server, "sensor").buildBlocking();
        client.connect();
    }

    @AfterAll
    static void stop() {
        System.clearProperty(SdkSystemSetting.CBOR_ENABLED.property());
        if (server != null) {
            client.disconnect();
            iot.close();
            server.close();
            moto.close();
        }
    }

    private static <B extends AwsClientBuilder<B, C>, C> C made(B builder) {
        return builder.endpointOverride(moto.url())
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("test", "test")))
                .build();
    }

    /// Sends a message through a rule with the action.
    private static void run(Consumer<Action.Builder> action) {
        Action made = Action.builder().applyMutation(action).build();
        String name = "r" + UUID.randomUUID().toString().replace("-", "");
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(
                                p -> p.sql("SELECT * FROM 'in/" + name + "'").actions(made)));
        Hive.publish(client, "in/" + name, PAYLOAD);
    }

    private static <T> T wait(String what, Supplier<Optional<T>> question) {
        try {
            return Until.present(what, question);
        } catch (AssertionError e) {
            throw new AssertionError(server.get("/_homeport/rules").body(), e);
        }
    }

    @Test
    void aQueueAndATopicWithAQueue() {
        try (SqsClient sqs = made(SqsClient.builder());
                SnsClient sns = made(SnsClient.builder())) {
            String url = sqs.createQueue(r -> r.queueName("readings")).queueUrl();
            run(a -> a.sqs(s -> s.queueUrl(url).roleArn(ROLE)));
            assertThat(received(sqs, url)).isEqualTo(PAYLOAD);
            String topic = sns.createTopic(r -> r.name("alarms")).topicArn();
            sns.subscribe(r ->
                    r.topicArn(topic)
                            .protocol("sqs")
                            .endpoint("arn:aws:sqs:us-east-1:123456789012:readings"));
            run(a -> a.sns(s -> s.targetArn(topic).roleArn(ROLE)));
            assertThat(JsonMapper.shared().readTree(received(sqs, url)).path("Message").asString())
                    .isEqualTo(PAYLOAD);
        }
    }

    private static String received(SqsClient sqs, String url) {
        return wait(
                "message",
                () ->
                        sqs.receiveMessage(r -> r.queueUrl(url)).messages().stream()
                                .map(message -> {
                                    sqs.deleteMessage(r ->
                                            r.queueUrl(url).receiptHandle(message.receiptHandle()));
                                    return message.body();
                                })
                                .findFirst());
    }

    @Test
    void aBucket() {
        try (S3Client s3 = made(S3Client.builder().forcePathStyle(true))) {
            s3.createBucket(r -> r.bucket("bucket"));
            run(a -> a.s3(s -> s.bucketName("bucket").key("a b/${id}").roleArn(ROLE)));
            String key =
                    wait(
                            "object",
                            () ->
                                    s3.listObjectsV2(r -> r.bucket("bucket")).contents().stream()
                                            .map(object -> object.key())
                                            .findFirst());
            assertThat(key).isEqualTo("a b/lamp");
            assertThat(s3.getObjectAsBytes(r -> r.bucket("bucket").key(key)).asUtf8String())
                    .isEqualTo(PAYLOAD);
            assertThat(s3.headObject(r -> r.bucket("bucket").key(key)).contentType())
                    .isEqualTo("application/json");
        }
    }

    @Test
    void aTableWhichSqlReads() throws Exception {
        try (DynamoDbClient dynamo = made(DynamoDbClient.builder());
                SecretsManagerClient secrets = made(SecretsManagerClient.builder())) {
            dynamo.createTable(r ->
                    r.tableName("t")
                            .keySchema(
                                    KeySchemaElement.builder()
                                            .attributeName("id")
                                            .keyType(KeyType.HASH)
                                            .build())
                            .attributeDefinitions(
                                    AttributeDefinition.builder()
                                            .attributeName("id")
                                            .attributeType(ScalarAttributeType.S)
                                            .build())
                            .provisionedThroughput(
                                    p -> p.readCapacityUnits(1L).writeCapacityUnits(1L)));
            run(a -> a.dynamoDBv2(d -> d.putItem(p -> p.tableName("t")).roleArn(ROLE)));
            Map<String, AttributeValue> key = Map.of("id", AttributeValue.fromS("lamp"));
            assertThat(
                            wait(
                                            "item",
                                            () ->
                                                    Optional.of(
                                                                    dynamo.getItem(r ->
                                                                            r.tableName("t")
                                                                                    .key(key)))
                                                            .filter(item -> item.hasItem()))
                                    .item())
                    .containsEntry("v", AttributeValue.fromN("9"));
            run(a ->
                    a.dynamoDB(d ->
                            d.tableName("t")
                                    .hashKeyField("id")
                                    .hashKeyValue("${id}")
                                    .operation("UPDATE")
                                    .payloadField("last")
                                    .roleArn(ROLE)));
            wait(
                    "update",
                    () ->
                            Optional.ofNullable(
                                    dynamo.getItem(r -> r.tableName("t").key(key))
                                            .item()
                                            .get("last")));
            secrets.createSecret(r -> r.name("door").secretString("1234"));
            iot.createTopicRule(r ->
                    r.ruleName("asking")
                            .topicRulePayload(p ->
                                    p.sql(
                                                    "SELECT get_dynamodb('t', 'id', id, '"
                                                            + ROLE
                                                            + "').last.v AS v, get_secret('door',"
                                                            + " 'SecretString', '"
                                                            + ROLE
                                                            + "') AS s FROM 'in/asking'")
                                            .awsIotSqlVersion("2016-03-23")
                                            .actions(
                                                    Action.builder()
                                                            .republish(a ->
                                                                    a.topic("out").roleArn(ROLE))
                                                            .build())));
            Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out");
            Hive.publish(client, "in/asking", PAYLOAD);
            assertThat(Hive.payload(inbox.next())).isEqualTo("{\"v\":9,\"s\":\"1234\"}");
        }
    }

    @Test
    void streams() {
        try (KinesisClient kinesis = made(KinesisClient.builder());
                FirehoseClient firehose = made(FirehoseClient.builder());
                S3Client s3 = made(S3Client.builder().forcePathStyle(true))) {
            kinesis.createStream(r -> r.streamName("s").shardCount(1));
            run(a -> a.kinesis(k -> k.streamName("s").partitionKey("${id}").roleArn(ROLE)));
            String shard = kinesis.listShards(r -> r.streamName("s")).shards().getFirst().shardId();
            var record =
                    wait(
                            "record",
                            () -> {
                                String from =
                                        kinesis.getShardIterator(r ->
                                                        r.streamName("s")
                                                                .shardId(shard)
                                                                .shardIteratorType(
                                                                        ShardIteratorType
                                                                                .TRIM_HORIZON))
                                                .shardIterator();
                                return kinesis
                                        .getRecords(r -> r.shardIterator(from))
                                        .records()
                                        .stream()
                                        .findFirst();
                            });
            assertThat(record.partitionKey()).isEqualTo("lamp");
            assertThat(record.data().asUtf8String()).isEqualTo(PAYLOAD);
            s3.createBucket(r -> r.bucket("loaded"));
            firehose.createDeliveryStream(r ->
                    r.deliveryStreamName("d")
                            .extendedS3DestinationConfiguration(
                                    c -> c.bucketARN("arn:aws:s3:::loaded").roleARN(ROLE)));
            run(a -> a.firehose(f -> f.deliveryStreamName("d").separator("\n").roleArn(ROLE)));
            String key =
                    wait(
                            "object",
                            () ->
                                    s3.listObjectsV2(r -> r.bucket("loaded")).contents().stream()
                                            .map(object -> object.key())
                                            .findFirst());
            assertThat(s3.getObjectAsBytes(r -> r.bucket("loaded").key(key)).asUtf8String())
                    .isEqualTo(PAYLOAD + "\n");
        }
    }

    @Test
    void cloudWatch() {
        try (CloudWatchClient watch = made(CloudWatchClient.builder());
                CloudWatchLogsClient logs = made(CloudWatchLogsClient.builder())) {
            run(a ->
                    a.cloudwatchMetric(m ->
                            m.metricNamespace("iot")
                                    .metricName("heat")
                                    .metricUnit("None")
                                    .metricValue("${v}")
                                    .roleArn(ROLE)));
            Double sum =
                    wait(
                            "metric",
                            () ->
                                    watch
                                            .getMetricStatistics(r ->
                                                    r.namespace("iot")
                                                            .metricName("heat")
                                                            .statistics(Statistic.SUM)
                                                            .period(60)
                                                            .startTime(
                                                                    Instant.now().minusSeconds(600))
                                                            .endTime(
                                                                    Instant.now().plusSeconds(600)))
                                            .datapoints()
                                            .stream()
                                            .map(point -> point.sum())
                                            .findFirst());
            assertThat(sum).isEqualTo(9);
            watch.putMetricAlarm(r ->
                    r.alarmName("fire")
                            .namespace("iot")
                            .metricName("heat")
                            .statistic(Statistic.SUM)
                            .period(60)
                            .evaluationPeriods(1)
                            .threshold(1.0)
                            .comparisonOperator(ComparisonOperator.GREATER_THAN_THRESHOLD));
            run(a ->
                    a.cloudwatchAlarm(c ->
                            c.alarmName("fire")
                                    .stateValue("ALARM")
                                    .stateReason("${id}")
                                    .roleArn(ROLE)));
            assertThat(
                            wait(
                                            "alarm",
                                            () ->
                                                    watch.describeAlarms().metricAlarms().stream()
                                                            .filter(a ->
                                                                    a.stateValueAsString()
                                                                            .equals("ALARM"))
                                                            .findFirst())
                                    .stateReason())
                    .isEqualTo("lamp");
            logs.createLogGroup(r -> r.logGroupName("/iot/g"));
            run(a -> a.cloudwatchLogs(l -> l.logGroupName("/iot/g").roleArn(ROLE)));
            assertThat(
                            wait(
                                            "log",
                                            () ->
                                                    logs
                                                            .filterLogEvents(
                                                                    r -> r.logGroupName("/iot/g"))
                                                            .events()
                                                            .stream()
                                                            .findFirst())
                                    .message())
                    .isEqualTo(PAYLOAD);
        }
    }

    @Test
    void aStateMachine() {
        try (SfnClient states = made(SfnClient.builder())) {
            String arn =
                    states.createStateMachine(r ->
                                    r.name("m")
                                            .definition(
                                                    "{\"StartAt\":\"P\",\"States\":{\"P\":"
                                                            + "{\"Type\":\"Pass\",\"End\":true}}}")
                                            .roleArn(ROLE))
                            .stateMachineArn();
            // Moto's account is another one than the server's, so the machine is named by its ARN.
            run(a ->
                    a.stepFunctions(s ->
                            s.stateMachineName(arn).executionNamePrefix("run-").roleArn(ROLE)));
            assertThat(
                            wait(
                                            "execution",
                                            () ->
                                                    states
                                                            .listExecutions(
                                                                    r -> r.stateMachineArn(arn))
                                                            .executions()
                                                            .stream()
                                                            .findFirst())
                                    .name())
                    .startsWith("run-");
        }
    }

    @Test
    void aTimeSeriesIsRefusedWhereItsTableIsNot() {
        try (TimestreamWriteClient timestream = made(TimestreamWriteClient.builder())) {
            timestream.createDatabase(r -> r.databaseName("db"));
            run(a ->
                    a.timestream(t ->
                            t.databaseName("db")
                                    .tableName("absent")
                                    .dimensions(
                                            TimestreamDimension.builder()
                                                    .name("d")
                                                    .value("1")
                                                    .build())
                                    .roleArn(ROLE)));
            wait(
                    "refusal",
                    () ->
                            Optional.of(server.get("/_homeport/rules").body())
                                    .filter(report -> report.contains("TimestreamAction: ")));
        }
    }
}
