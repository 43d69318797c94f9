package io.homeport.core.targets;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Something that is to be done in a service of AWS. Immutable. Each names the operation of AWS's
/// API that it stands for.
public sealed interface TargetCall {
    /// Whose operation it is.
    default TargetService service() {
        return switch (this) {
            case SendMessage _ -> TargetService.SQS;
            case Notify _ -> TargetService.SNS;
            case PutObject _ -> TargetService.S3;
            case PutItem _, UpdateItem _, DeleteItem _ -> TargetService.DYNAMODB;
            case PutRecord _ -> TargetService.KINESIS;
            case Load _ -> TargetService.FIREHOSE;
            case PutMetric _, SetAlarm _ -> TargetService.CLOUDWATCH;
            case PutLog _ -> TargetService.LOGS;
            case WriteMeasures _ -> TargetService.TIMESTREAM;
            case StartExecution _ -> TargetService.STEP_FUNCTIONS;
            case PutPosition _ -> TargetService.LOCATION;
            case IndexDocument _ -> TargetService.OPEN_SEARCH;
        };
    }

    /// SQS SendMessage.
    record SendMessage(String queueUrl, String body) implements TargetCall {}

    /// SNS Publish.
    ///
    /// @param perProtocol whether the message is a JSON object with a text per protocol and a
    ///   `default` (MessageStructure `json`)
    record Notify(String topicArn, String message, boolean perProtocol) implements TargetCall {}

    /// S3 PutObject.
    ///
    /// @param cannedAcl for example `private`; null for the bucket's default
    record PutObject(
            String bucket, String key, byte[] body, String contentType, @Nullable String cannedAcl)
            implements TargetCall {}

    /// DynamoDB PutItem.
    ///
    /// @param item in DynamoDB's JSON
    /// @param keyNames which attributes are the key, where the caller knows
    record PutItem(String table, ObjectNode item, List<String> keyNames) implements TargetCall {
        public PutItem {
            keyNames = List.copyOf(keyNames);
        }
    }

    /// DynamoDB UpdateItem that sets attributes.
    ///
    /// @param key in DynamoDB's JSON
    /// @param attributes in DynamoDB's JSON
    record UpdateItem(String table, ObjectNode key, ObjectNode attributes) implements TargetCall {}

    /// DynamoDB DeleteItem.
    ///
    /// @param key in DynamoDB's JSON
    record DeleteItem(String table, ObjectNode key) implements TargetCall {}

    /// Kinesis PutRecord.
    record PutRecord(String stream, String partitionKey, byte[] data) implements TargetCall {}

    /// Firehose PutRecordBatch.
    record Load(String deliveryStream, List<byte[]> records) implements TargetCall {
        public Load {
            records = List.copyOf(records);
        }
    }

    /// CloudWatch PutMetricData with one value.
    ///
    /// @param unit for example `Seconds`
    record PutMetric(String namespace, String name, String unit, double value, long timestampMillis)
            implements TargetCall {}

    /// CloudWatch SetAlarmState.
    ///
    /// @param state `OK`, `ALARM` or `INSUFFICIENT_DATA`
    record SetAlarm(String alarm, String state, String reason) implements TargetCall {}

    /// CloudWatch Logs PutLogEvents; the stream is made where it isn't there.
    ///
    /// @param events in the order of their times
    record PutLog(String group, String stream, List<LogEvent> events) implements TargetCall {
        public PutLog {
            events = List.copyOf(events);
        }
    }

    /// An entry of a log.
    record LogEvent(long timestampMillis, String message) {}

    /// Timestream WriteRecords.
    ///
    /// @param dimensions of all measures
    /// @param unit `SECONDS`, `MILLISECONDS`, `MICROSECONDS` or `NANOSECONDS`
    record WriteMeasures(
            String database,
            String table,
            Map<String, String> dimensions,
            String time,
            String unit,
            List<Measure> measures)
            implements TargetCall {
        public WriteMeasures {
            dimensions = Map.copyOf(dimensions);
            measures = List.copyOf(measures);
        }
    }

    /// A measured value.
    ///
    /// @param type `BIGINT`, `DOUBLE`, `BOOLEAN` or `VARCHAR`
    record Measure(String name, String value, String type) {}

    /// Step Functions StartExecution.
    ///
    /// @param execution its name, by which a second call with it does nothing
    record StartExecution(String stateMachine, String execution, String input)
            implements TargetCall {}

    /// Location BatchUpdateDevicePosition with one position.
    record PutPosition(
            String tracker, String deviceId, double latitude, double longitude, long timeMillis)
            implements TargetCall {}

    /// A document for OpenSearch or Elasticsearch, by its index API.
    ///
    /// @param endpoint URL of the domain
    /// @param type the document type, `_doc` in newer servers
    record IndexDocument(String endpoint, String index, String type, String id, byte[] document)
            implements TargetCall {}
}
