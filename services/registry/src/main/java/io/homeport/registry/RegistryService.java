package io.homeport.registry;

import io.homeport.aws.AwsService;
import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.MessageBus;
import io.homeport.storage.Database;
import java.util.Optional;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.iot.model.DescribeThingRequest;
import software.amazon.awssdk.services.iot.model.IotResponse;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingRequest;

/// The registry of AWS IoT. Thread-safe; operations block and run on virtual threads.
public final class RegistryService implements AwsService {
    private final Registry registry;
    private final TagStore tags;
    private final RegistryViews views;
    private final ThingOperations things;
    private final ThingTypeOperations types;
    private final ThingGroupOperations groups;
    private final GroupMembershipOperations memberships;
    private final BillingGroupOperations billingGroups;
    private final ThingPrincipalOperations thingPrincipals;
    private final TagOperations tagOperations;
    private final EventConfigurationOperations eventConfigurations;
    private final EndpointOperations endpointOperations;

    /// What the registry needs of others.
    ///
    /// @param random thread-safe; makes ids of resources and events
    /// @param rightsChanged called after each commit that changed what policies and connections see
    ///   of things, types, groups and attachments; must not throw
    public record Ports(
            Database database,
            Clock clock,
            RandomGenerator random,
            PageTokens pageTokens,
            MessageBus bus,
            PrincipalDirectory principals,
            TaggableResources otherResources,
            Endpoints endpoints,
            GroupDeletion groupDeletion,
            Runnable rightsChanged) {}

    public RegistryService(Ports ports, RegistryLimits limits) {
        registry =
                new Registry(
                        ports.database,
                        ports.clock,
                        ports.random,
                        limits,
                        ports.pageTokens,
                        ports.bus,
                        ports.rightsChanged);
        tags = new TagStore(ports.database, registry.tables, limits);
        views = new RegistryViews(ports.database, registry.tables);
        things = new ThingOperations(registry);
        types = new ThingTypeOperations(registry, tags);
        groups = new ThingGroupOperations(registry, tags, ports.groupDeletion);
        memberships = new GroupMembershipOperations(registry, things, groups);
        billingGroups = new BillingGroupOperations(registry, things, tags);
        thingPrincipals = new ThingPrincipalOperations(registry, things, ports.principals);
        tagOperations = new TagOperations(registry, tags, ports.otherResources);
        eventConfigurations = new EventConfigurationOperations(registry);
        endpointOperations = new EndpointOperations(ports.endpoints);
    }

    @Override
    public void register(OperationTable table) {
        things.register(table);
        types.register(table);
        groups.register(table);
        memberships.register(table);
        billingGroups.register(table);
        thingPrincipals.register(table);
        tagOperations.register(table);
        eventConfigurations.register(table);
        endpointOperations.register(table);
    }

    /// What others read of the registry.
    public RegistryViews views() {
        return views;
    }

    /// What DescribeThing and ListThingGroupsForThing answer, for other services.
    ///
    /// @param operation one of the two
    /// @return the response; empty where the operation is another
    /// @throws software.amazon.awssdk.services.iot.model.ResourceNotFoundException where there is
    ///   no such thing
    public Optional<IotResponse> ask(
            String operation, AccountId account, String region, String thingName) {
        Caller caller =
                new Caller(
                        account, region, new Caller.Principal.ApiUser("rules", "", true), "", "");
        return switch (operation) {
            case "DescribeThing" ->
                    Optional.of(
                            things.describeThing(
                                    DescribeThingRequest.builder().thingName(thingName).build(),
                                    caller));
            case "ListThingGroupsForThing" ->
                    Optional.of(
                            memberships.listThingGroupsForThing(
                                    ListThingGroupsForThingRequest.builder()
                                            .thingName(thingName)
                                            .build(),
                                    caller));
            default -> Optional.empty();
        };
    }

    /// The tags of all resources, those of others included.
    public TagStore tags() {
        return tags;
    }

    /// Deletes everything: all accounts, all regions, in several transactions. For the test mode.
    public void reset() {
        registry.reset();
    }

    ThingOperations things() {
        return things;
    }

    ThingTypeOperations types() {
        return types;
    }

    ThingGroupOperations groups() {
        return groups;
    }

    GroupMembershipOperations memberships() {
        return memberships;
    }

    BillingGroupOperations billingGroups() {
        return billingGroups;
    }

    ThingPrincipalOperations thingPrincipals() {
        return thingPrincipals;
    }

    TagOperations tagOperations() {
        return tagOperations;
    }

    EventConfigurationOperations eventConfigurations() {
        return eventConfigurations;
    }

    EndpointOperations endpointOperations() {
        return endpointOperations;
    }
}
