package io.homeport.rules;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.rules.DestinationRecord.Http;
import io.homeport.rules.DestinationRecord.Status;
import io.homeport.rules.actions.Urls;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.ConfirmTopicRuleDestinationRequest;
import software.amazon.awssdk.services.iot.model.ConfirmTopicRuleDestinationResponse;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleDestinationRequest;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleDestinationResponse;
import software.amazon.awssdk.services.iot.model.DeleteTopicRuleDestinationRequest;
import software.amazon.awssdk.services.iot.model.DeleteTopicRuleDestinationResponse;
import software.amazon.awssdk.services.iot.model.GetTopicRuleDestinationRequest;
import software.amazon.awssdk.services.iot.model.GetTopicRuleDestinationResponse;
import software.amazon.awssdk.services.iot.model.HttpUrlDestinationConfiguration;
import software.amazon.awssdk.services.iot.model.HttpUrlDestinationProperties;
import software.amazon.awssdk.services.iot.model.HttpUrlDestinationSummary;
import software.amazon.awssdk.services.iot.model.ListTopicRuleDestinationsRequest;
import software.amazon.awssdk.services.iot.model.ListTopicRuleDestinationsResponse;
import software.amazon.awssdk.services.iot.model.TopicRuleDestination;
import software.amazon.awssdk.services.iot.model.TopicRuleDestinationSummary;
import software.amazon.awssdk.services.iot.model.UpdateTopicRuleDestinationRequest;
import software.amazon.awssdk.services.iot.model.UpdateTopicRuleDestinationResponse;
import software.amazon.awssdk.services.iot.model.VpcDestinationConfiguration;
import software.amazon.awssdk.services.iot.model.VpcDestinationProperties;
import software.amazon.awssdk.services.iot.model.VpcDestinationSummary;

/// The operations on destinations of rules. Thread-safe.
final class DestinationOperations {
    private static final int DEFAULT_PAGE = 100;
    private static final int LARGEST_PAGE = 1_000;

    private final Database database;
    private final PageTokens tokens;
    private final RulesLimits limits;
    private final Destinations destinations;

    DestinationOperations(
            Database database, PageTokens tokens, RulesLimits limits, Destinations destinations) {
        this.database = database;
        this.tokens = tokens;
        this.limits = limits;
        this.destinations = destinations;
    }

    void register(OperationTable table) {
        table.add(
                        CreateTopicRuleDestinationRequest.class,
                        CreateTopicRuleDestinationRequest::builder,
                        this::createTopicRuleDestination)
                .add(
                        GetTopicRuleDestinationRequest.class,
                        GetTopicRuleDestinationRequest::builder,
                        this::getTopicRuleDestination)
                .add(
                        ListTopicRuleDestinationsRequest.class,
                        ListTopicRuleDestinationsRequest::builder,
                        this::listTopicRuleDestinations)
                .add(
                        UpdateTopicRuleDestinationRequest.class,
                        UpdateTopicRuleDestinationRequest::builder,
                        this::updateTopicRuleDestination)
                .add(
                        DeleteTopicRuleDestinationRequest.class,
                        DeleteTopicRuleDestinationRequest::builder,
                        this::deleteTopicRuleDestination)
                .addUnsigned(
                        ConfirmTopicRuleDestinationRequest.class,
                        ConfirmTopicRuleDestinationRequest::builder,
                        this::confirmTopicRuleDestination);
    }

    CreateTopicRuleDestinationResponse createTopicRuleDestination(
            CreateTopicRuleDestinationRequest request, Caller caller) {
        HttpUrlDestinationConfiguration http =
                request.destinationConfiguration().httpUrlConfiguration();
        VpcDestinationConfiguration vpc = request.destinationConfiguration().vpcConfiguration();
        if ((http == null) == (vpc == null)) {
            throw Faults.invalid(
                    "destinationConfiguration has to have either httpUrlConfiguration or"
                            + " vpcConfiguration");
        }
        DestinationRecord made;
        if (http != null) {
            String url = http.confirmationUrl();
            Optional<String> problem = Urls.problem(url, limits.http());
            if (problem.isPresent()) {
                throw Faults.invalid("confirmationUrl " + problem.get() + ": '" + url + "'");
            }
            destinations.requireRoom(caller, 1);
            made = destinations.createHttp(caller, url);
        } else {
            destinations.requireRoom(caller, 1);
            made =
                    destinations.createVpc(
                            caller,
                            new DestinationRecord.Vpc(
                                    vpc.subnetIds(),
                                    vpc.securityGroups(),
                                    vpc.vpcId(),
                                    vpc.roleArn()));
        }
        return CreateTopicRuleDestinationResponse.builder()
                .topicRuleDestination(described(made))
                .build();
    }

    GetTopicRuleDestinationResponse getTopicRuleDestination(
            GetTopicRuleDestinationRequest request, Caller caller) {
        return GetTopicRuleDestinationResponse.builder()
                .topicRuleDestination(described(existing(request.arn(), caller)))
                .build();
    }

    ListTopicRuleDestinationsResponse listTopicRuleDestinations(
            ListTopicRuleDestinationsRequest request, Caller caller) {
        int size = request.maxResults() == null ? DEFAULT_PAGE : request.maxResults();
        if (size < 1 || size > LARGEST_PAGE) {
            throw Faults.invalid("maxResults must be between 1 and " + LARGEST_PAGE);
        }
        Key prefix = Key.of(caller.account().value(), caller.region());
        String scope = "ListTopicRuleDestinations/" + String.join("/", prefix.parts());
        Key after =
                request.nextToken() == null
                        ? null
                        : prefix.then(tokens.decode(scope, request.nextToken()));
        List<DestinationRecord> found =
                database
                        .read(view -> Destinations.DESTINATIONS.list(view, prefix, after, size + 1))
                        .stream()
                        .map(Table.Row::value)
                        .toList();
        List<DestinationRecord> page = found.subList(0, Math.min(size, found.size()));
        return ListTopicRuleDestinationsResponse.builder()
                .destinationSummaries(page.stream().map(DestinationOperations::summary).toList())
                .nextToken(found.size() > size ? tokens.encode(scope, page.getLast().id()) : null)
                .build();
    }

    UpdateTopicRuleDestinationResponse updateTopicRuleDestination(
            UpdateTopicRuleDestinationRequest request, Caller caller) {
        Status status =
                switch (request.status()) {
                    case ENABLED -> Status.ENABLED;
                    case DISABLED -> Status.DISABLED;
                    case IN_PROGRESS -> Status.IN_PROGRESS;
                    default ->
                            throw Faults.invalid(
                                    "status has to be ENABLED, DISABLED or IN_PROGRESS");
                };
        destinations.update(existing(request.arn(), caller).key(), status);
        return UpdateTopicRuleDestinationResponse.builder().build();
    }

    DeleteTopicRuleDestinationResponse deleteTopicRuleDestination(
            DeleteTopicRuleDestinationRequest request, Caller caller) {
        destinations.delete(existing(request.arn(), caller).key());
        return DeleteTopicRuleDestinationResponse.builder().build();
    }

    /// The token proves who may, so no signature is needed.
    ConfirmTopicRuleDestinationResponse confirmTopicRuleDestination(
            ConfirmTopicRuleDestinationRequest request, Caller caller) {
        destinations.confirm(request.confirmationToken());
        return ConfirmTopicRuleDestinationResponse.builder().build();
    }

    private DestinationRecord existing(String text, Caller caller) {
        String account = caller.account().value();
        String id = text.substring(text.lastIndexOf('/') + 1);
        DestinationRecord found = destinations.find(Key.of(account, caller.region(), id));
        if (found == null || !found.arn().equals(text)) {
            throw Faults.noDestination(text);
        }
        return found;
    }

    private static TopicRuleDestination described(DestinationRecord destination) {
        Http http = destination.http();
        return TopicRuleDestination.builder()
                .arn(destination.arn())
                .status(destination.status().name())
                .statusReason(reason(destination))
                .createdAt(Instant.ofEpochMilli(destination.createdAtMillis()))
                .lastUpdatedAt(Instant.ofEpochMilli(destination.updatedAtMillis()))
                .httpUrlProperties(
                        http == null
                                ? null
                                : HttpUrlDestinationProperties.builder()
                                        .confirmationUrl(http.confirmationUrl())
                                        .build())
                .vpcProperties(vpc(destination.vpc()))
                .build();
    }

    private static @Nullable VpcDestinationProperties vpc(DestinationRecord.@Nullable Vpc vpc) {
        return vpc == null
                ? null
                : VpcDestinationProperties.builder()
                        .subnetIds(vpc.subnetIds())
                        .securityGroups(vpc.securityGroups())
                        .vpcId(vpc.vpcId())
                        .roleArn(vpc.roleArn())
                        .build();
    }

    private static TopicRuleDestinationSummary summary(DestinationRecord destination) {
        Http http = destination.http();
        DestinationRecord.Vpc vpc = destination.vpc();
        return TopicRuleDestinationSummary.builder()
                .arn(destination.arn())
                .status(destination.status().name())
                .statusReason(reason(destination))
                .createdAt(Instant.ofEpochMilli(destination.createdAtMillis()))
                .lastUpdatedAt(Instant.ofEpochMilli(destination.updatedAtMillis()))
                .httpUrlSummary(
                        http == null
                                ? null
                                : HttpUrlDestinationSummary.builder()
                                        .confirmationUrl(http.confirmationUrl())
                                        .build())
                .vpcDestinationSummary(
                        vpc == null
                                ? null
                                : VpcDestinationSummary.builder()
                                        .subnetIds(vpc.subnetIds())
                                        .securityGroups(vpc.securityGroups())
                                        .vpcId(vpc.vpcId())
                                        .roleArn(vpc.roleArn())
                                        .build())
                .build();
    }

    private static @Nullable String reason(DestinationRecord destination) {
        return destination.reason().isEmpty() ? null : destination.reason();
    }
}
