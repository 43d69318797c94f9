package io.homeport.targets;

import io.homeport.core.Arn;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.SecretValue;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeAction;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.AttributeValueUpdate;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchResponse;
import software.amazon.awssdk.services.firehose.model.Record;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.location.LocationClient;
import software.amazon.awssdk.services.location.model.BatchUpdateDevicePositionResponse;
import software.amazon.awssdk.services.location.model.DevicePositionUpdate;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.timestreamwrite.TimestreamWriteClient;
import software.amazon.awssdk.services.timestreamwrite.model.Dimension;
import software.amazon.awssdk.services.timestreamwrite.model.MeasureValueType;
import tools.jackson.databind.node.ObjectNode;

/// AWS's services, or servers that are compatible, through the SDK. Thread-safe.
final class SdkTargets implements AwsTargets, AutoCloseable {
    private final SdkClients clients;
    private final SignedCalls signed;
    private volatile boolean closed;

    SdkTargets(TargetSettings settings) {
        this.clients = new SdkClients(settings);
        this.signed = new SignedCalls(clients, settings);
    }

    @Override
    public void send(TargetScope scope, TargetCall call) {
        asked(() -> {
            carryOut(scope, call);
            return true;
        });
    }

    /// Turns the SDK's exceptions into ours.
    private <T> T asked(Supplier<T> call) {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            String text = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
            String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
            String told = code + " (" + e.statusCode() + "): " + (text == null ? "" : text);
            boolean again =
                    e.statusCode() >= 500
                            || e.statusCode() == 429
                            || e.statusCode() == 408
                            || e.isThrottlingException()
                            || e.isClockSkewException()
                            || String.valueOf(code).contains("ExpiredToken");
            throw again
                    ? TargetFailedException.unavailable(told, e)
                    : TargetFailedException.refused(told, e);
        } catch (SdkException e) {
            // Nobody answered, or there are no credentials yet.
            throw TargetFailedException.unavailable(String.valueOf(e.getMessage()), e);
        } catch (TargetFailedException e) {
            throw e;
        } catch (RuntimeException e) {
            // Clients that were closed under a call fail in many ways; the call is left for the
            // next start.
            throw closed ? TargetFailedException.unavailable("the server stops", e) : e;
        }
    }

    private void carryOut(TargetScope scope, TargetCall call) {
        switch (call) {
            case TargetCall.SendMessage(String url, String body) ->
                    clients.client(
                                    TargetService.SQS,
                                    scope.region(),
                                    SqsClient.class,
                                    SqsClient.builder())
                            .sendMessage(r -> r.queueUrl(url).messageBody(body));
            case TargetCall.Notify(String topic, String message, boolean perProtocol) ->
                    clients.client(
                                    TargetService.SNS,
                                    scope.region(),
                                    SnsClient.class,
                                    SnsClient.builder())
                            .publish(r ->
                                    r.topicArn(topic)
                                            .message(message)
                                            .messageStructure(perProtocol ? "json" : null));
            case TargetCall.PutObject object -> put(scope, object);
            case TargetCall.PutItem put ->
                    dynamo(scope)
                            .putItem(r ->
                                    r.tableName(put.table())
                                            .item(DynamoJson.attributes(put.item())));
            case TargetCall.UpdateItem update ->
                    dynamo(scope)
                            .updateItem(r ->
                                    r.tableName(update.table())
                                            .key(DynamoJson.attributes(update.key()))
                                            .attributeUpdates(updates(update)));
            case TargetCall.DeleteItem delete ->
                    dynamo(scope)
                            .deleteItem(r ->
                                    r.tableName(delete.table())
                                            .key(DynamoJson.attributes(delete.key())));
            case TargetCall.PutRecord(String stream, String partition, byte[] data) ->
                    clients.client(
                                    TargetService.KINESIS,
                                    scope.region(),
                                    KinesisClient.class,
                                    KinesisClient.builder())
                            .putRecord(r ->
                                    r.streamName(stream)
                                            .partitionKey(partition)
                                            .data(SdkBytes.fromByteArray(data)));
            case TargetCall.Load load -> load(scope, load);
            case TargetCall.PutMetric metric -> putMetric(scope, metric);
            case TargetCall.SetAlarm(String alarm, String state, String reason) ->
                    cloudWatch(scope)
                            .setAlarmState(
                                    r -> r.alarmName(alarm).stateValue(state).stateReason(reason));
            case TargetCall.PutLog log -> putLog(scope, log);
            case TargetCall.WriteMeasures measures -> write(scope, measures);
            case TargetCall.StartExecution start -> startExecution(scope, start);
            case TargetCall.PutPosition position -> putPosition(scope, position);
            case TargetCall.IndexDocument document -> signed.index(scope, document);
        }
    }

    private DynamoDbClient dynamo(TargetScope scope) {
        return clients.client(
                TargetService.DYNAMODB,
                scope.region(),
                DynamoDbClient.class,
                DynamoDbClient.builder());
    }

    private CloudWatchClient cloudWatch(TargetScope scope) {
        return clients.client(
                TargetService.CLOUDWATCH,
                scope.region(),
                CloudWatchClient.class,
                CloudWatchClient.builder());
    }

    /// Path style, because other servers seldom have a host name per bucket; no check sums in
    /// trailers, which they don't all read.
    private S3Client s3(TargetScope scope) {
        return clients.client(
                TargetService.S3,
                scope.region(),
                S3Client.class,
                S3Client.builder()
                        .forcePathStyle(true)
                        // An object is in memory as a whole, so that it can be signed as one.
                        .serviceConfiguration(s -> s.chunkedEncodingEnabled(false))
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED));
    }

    private void put(TargetScope scope, TargetCall.PutObject object) {
        s3(scope)
                .putObject(
                        r ->
                                r.bucket(object.bucket())
                                        .key(object.key())
                                        .contentType(object.contentType())
                                        .acl(object.cannedAcl()),
                        RequestBody.fromBytes(object.body()));
    }

    private static Map<String, AttributeValueUpdate> updates(TargetCall.UpdateItem update) {
        Map<String, AttributeValue> values = DynamoJson.attributes(update.attributes());
        return values.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                value ->
                                        AttributeValueUpdate.builder()
                                                .value(value.getValue())
                                                .action(AttributeAction.PUT)
                                                .build()));
    }

    private void load(TargetScope scope, TargetCall.Load load) {
        FirehoseClient firehose =
                clients.client(
                        TargetService.FIREHOSE,
                        scope.region(),
                        FirehoseClient.class,
                        FirehoseClient.builder());
        List<Record> records =
                load.records().stream()
                        .map(data -> Record.builder().data(SdkBytes.fromByteArray(data)).build())
                        .toList();
        PutRecordBatchResponse response =
                firehose.putRecordBatch(
                        r -> r.deliveryStreamName(load.deliveryStream()).records(records));
        Integer failed = response.failedPutCount();
        if (failed != null && failed > 0) {
            throw TargetFailedException.unavailable(
                    failed + " of " + records.size() + " records were not taken");
        }
    }

    private void putMetric(TargetScope scope, TargetCall.PutMetric metric) {
        MetricDatum datum =
                MetricDatum.builder()
                        .metricName(metric.name())
                        .unit(metric.unit())
                        .value(metric.value())
                        .timestamp(Instant.ofEpochMilli(metric.timestampMillis()))
                        .build();
        cloudWatch(scope)
                .putMetricData(r -> r.namespace(metric.namespace()).metricData(List.of(datum)));
    }

    private void putLog(TargetScope scope, TargetCall.PutLog log) {
        CloudWatchLogsClient logs =
                clients.client(
                        TargetService.LOGS,
                        scope.region(),
                        CloudWatchLogsClient.class,
                        CloudWatchLogsClient.builder());
        List<InputLogEvent> events =
                log.events().stream()
                        .map(event ->
                                InputLogEvent.builder()
                                        .timestamp(event.timestampMillis())
                                        .message(event.message())
                                        .build())
                        .toList();
        PutLogEventsRequest request =
                PutLogEventsRequest.builder()
                        .logGroupName(log.group())
                        .logStreamName(log.stream())
                        .logEvents(events)
                        .build();
        PutLogEventsResponse response;
        try {
            response = logs.putLogEvents(request);
        } catch (ResourceNotFoundException e) {
            try {
                logs.createLogStream(r -> r.logGroupName(log.group()).logStreamName(log.stream()));
            } catch (ResourceAlreadyExistsException _) {
                // Another delivery has made it meanwhile.
            }
            response = logs.putLogEvents(request);
        }
        if (response.rejectedLogEventsInfo() != null) {
            throw TargetFailedException.refused(
                    "events were not taken because of their times: "
                            + response.rejectedLogEventsInfo());
        }
    }

    private void write(TargetScope scope, TargetCall.WriteMeasures call) {
        TimestreamWriteClient timestream =
                clients.client(
                        TargetService.TIMESTREAM,
                        scope.region(),
                        TimestreamWriteClient.class,
                        TimestreamWriteClient.builder()
                                .endpointDiscoveryEnabled(
                                        !clients.isOverridden(TargetService.TIMESTREAM)));
        List<Dimension> dimensions =
                call.dimensions().entrySet().stream()
                        .map(d -> Dimension.builder().name(d.getKey()).value(d.getValue()).build())
                        .toList();
        List<software.amazon.awssdk.services.timestreamwrite.model.Record> records =
                call.measures().stream()
                        .map(measure ->
                                software.amazon.awssdk.services.timestreamwrite.model.Record
                                        .builder()
                                        .measureName(measure.name())
                                        .measureValue(measure.value())
                                        .measureValueType(
                                                MeasureValueType.fromValue(measure.type()))
                                        .build())
                        .toList();
        timestream.writeRecords(r ->
                r.databaseName(call.database())
                        .tableName(call.table())
                        .commonAttributes(c ->
                                c.dimensions(dimensions).time(call.time()).timeUnit(call.unit()))
                        .records(records));
    }

    private void startExecution(TargetScope scope, TargetCall.StartExecution start) {
        SfnClient states =
                clients.client(
                        TargetService.STEP_FUNCTIONS,
                        scope.region(),
                        SfnClient.class,
                        SfnClient.builder());
        String arn =
                start.stateMachine().startsWith("arn:")
                        ? start.stateMachine()
                        : Arn.of(
                                        "states",
                                        scope.region(),
                                        scope.account(),
                                        "stateMachine:" + start.stateMachine())
                                .toString();
        try {
            states.startExecution(
                    r -> r.stateMachineArn(arn).name(start.execution()).input(start.input()));
        } catch (ExecutionAlreadyExistsException _) {
            // An earlier attempt got through, though its answer did not.
        }
    }

    private void putPosition(TargetScope scope, TargetCall.PutPosition position) {
        DevicePositionUpdate update =
                DevicePositionUpdate.builder()
                        .deviceId(position.deviceId())
                        .position(List.of(position.longitude(), position.latitude()))
                        .sampleTime(Instant.ofEpochMilli(position.timeMillis()))
                        .build();
        BatchUpdateDevicePositionResponse response =
                clients.client(
                                TargetService.LOCATION,
                                scope.region(),
                                LocationClient.class,
                                LocationClient.builder())
                        .batchUpdateDevicePosition(
                                r -> r.trackerName(position.tracker()).updates(List.of(update)));
        if (!response.errors().isEmpty()) {
            throw TargetFailedException.refused(
                    String.valueOf(response.errors().getFirst().error().message()));
        }
    }

    @Override
    public Optional<ObjectNode> item(TargetScope scope, String table, ObjectNode key) {
        return asked(() -> {
            Map<String, AttributeValue> item =
                    dynamo(scope)
                            .getItem(r -> r.tableName(table).key(DynamoJson.attributes(key)))
                            .item();
            return item.isEmpty() ? Optional.empty() : Optional.of(DynamoJson.item(item));
        });
    }

    @Override
    public byte[] object(TargetScope scope, String bucket, String key, int maximumBytes) {
        return asked(() -> {
            try (ResponseInputStream<GetObjectResponse> in =
                    s3(scope).getObject(r -> r.bucket(bucket).key(key))) {
                byte[] object = in.readNBytes(maximumBytes + 1);
                if (object.length > maximumBytes) {
                    in.abort();
                    throw TargetFailedException.refused(
                            "the object has more than " + maximumBytes + " bytes");
                }
                return object;
            } catch (IOException e) {
                throw TargetFailedException.unavailable("the object broke off: " + e, e);
            }
        });
    }

    @Override
    public SecretValue secret(TargetScope scope, String secretId) {
        return asked(() -> {
            GetSecretValueResponse response =
                    clients.client(
                                    TargetService.SECRETS,
                                    scope.region(),
                                    SecretsManagerClient.class,
                                    SecretsManagerClient.builder())
                            .getSecretValue(r -> r.secretId(secretId));
            SdkBytes binary = response.secretBinary();
            return new SecretValue(
                    response.secretString(), binary == null ? null : binary.asByteArray());
        });
    }

    @Override
    public ObjectNode predict(TargetScope scope, String modelId, Map<String, String> record) {
        return asked(() -> signed.predict(scope, modelId, record));
    }

    @Override
    public boolean predicts() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
        clients.close();
    }
}
