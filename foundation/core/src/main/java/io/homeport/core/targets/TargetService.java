package io.homeport.core.targets;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// A service of AWS that Homeport calls. The option's name is what settings, folders and the
/// operator's pages call it: the name of the AWS CLI's command.
public enum TargetService {
    SQS("sqs"),
    SNS("sns"),
    S3("s3"),
    DYNAMODB("dynamodb"),
    KINESIS("kinesis"),
    FIREHOSE("firehose"),
    CLOUDWATCH("cloudwatch"),
    LOGS("logs"),
    TIMESTREAM("timestream"),
    STEP_FUNCTIONS("stepfunctions"),
    LOCATION("location"),
    OPEN_SEARCH("opensearch"),
    SECRETS("secretsmanager"),
    MACHINE_LEARNING("machinelearning");

    private final String option;

    TargetService(String option) {
        this.option = option;
    }

    /// As settings and paths name it.
    public String option() {
        return option;
    }

    /// The service of a name in a setting or path; empty where there is none.
    public static Optional<TargetService> named(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(service -> service.option.equals(wanted)).findFirst();
    }
}
