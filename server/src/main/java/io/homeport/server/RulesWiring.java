package io.homeport.server;

import io.homeport.aws.PageTokens;
import io.homeport.broker.Broker;
import io.homeport.core.Clock;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Profile;
import io.homeport.core.Timers;
import io.homeport.core.targets.AwsTargets;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.registry.RegistryService;
import io.homeport.rules.RuleMeters;
import io.homeport.rules.RulesLimits;
import io.homeport.rules.RulesService;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.AwsActions;
import io.homeport.rules.actions.LambdaAction;
import io.homeport.rules.logging.IotLog;
import io.homeport.shadow.ShadowViews;
import io.homeport.sql.SqlLimits;
import io.homeport.storage.Database;
import io.homeport.storage.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/// How the rules engine is put together with those whom its actions and functions reach.
final class RulesWiring {
    private RulesWiring() {}

    static RulesService rules(
            Profile profile,
            Store store,
            Database database,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            PageTokens pageTokens,
            Broker broker,
            RegistryTags tags,
            ShadowViews shadows,
            FunctionInvoker functions,
            RegistryService registry,
            AwsTargets targets,
            Supplier<String> apiUrl,
            Supplier<AwsCredentialsProvider> credentials,
            Clock machineClock,
            IotLog log,
            RuleMeters meters) {
        List<ActionType> actions = new ArrayList<>(AwsActions.all(targets));
        actions.add(new LambdaAction(functions));
        return new RulesService(
                new RulesService.Ports(
                        store,
                        database,
                        clock,
                        timers,
                        random,
                        Executors.newVirtualThreadPerTaskExecutor(),
                        pageTokens,
                        broker,
                        tags,
                        new RuleFunctions(
                                shadows, functions, registry, new RuleReads(targets, clock)),
                        actions,
                        token -> apiUrl.get() + "/confirmdestination/" + token,
                        credentials,
                        machineClock,
                        log,
                        meters),
                RulesLimits.of(profile),
                SqlLimits.of(profile));
    }

    /// `GET /_homeport/rules`: what each rule has done, and its last error.
    static void report(Gateway gateway, RulesService rules) {
        gateway.adminRoute(
                "GET",
                "/_homeport/rules",
                _ -> HttpAnswers.json(200, Map.of("rules", rules.report())));
    }
}
