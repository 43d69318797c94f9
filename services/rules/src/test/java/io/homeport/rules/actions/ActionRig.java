package io.homeport.rules.actions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Json;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.SecretValue;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.sql.Environment;
import io.homeport.sql.ExternalFunctions;
import io.homeport.sql.SqlLimits;
import io.homeport.sql.SqlMessage;
import io.homeport.sql.SqlStatement;
import io.homeport.sql.SqlVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Takes messages through actions toward AWS's services, and notes what is called.
final class ActionRig {
    static final String ROLE = "arn:aws:iam::000000000000:role/rules";
    static final long ARRIVED = 1_700_000_000_123L;

    final Recorder targets = new Recorder();

    static final class Recorder implements AwsTargets {
        final List<TargetCall> calls = new ArrayList<>();
        @Nullable TargetFailedException failure;

        @Override
        public void send(TargetScope scope, TargetCall call) {
            if (failure != null) {
                throw failure;
            }
            assertThat(scope.region()).isEqualTo("eu-west-1");
            calls.add(call);
        }

        @Override
        public Optional<ObjectNode> item(TargetScope scope, String table, ObjectNode key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] object(TargetScope scope, String bucket, String key, int maximumBytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SecretValue secret(TargetScope scope, String secretId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ObjectNode predict(TargetScope scope, String modelId, Map<String, String> record) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean predicts() {
            return false;
        }
    }

    private static final class NoFunctions implements FunctionInvoker {
        @Override
        public Result invoke(Call call, Duration patience) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Refused> invokeLater(Call call) {
            throw new UnsupportedOperationException();
        }
    }

    ActionType typeOf(Action action) {
        return Stream.concat(
                        AwsActions.all(targets).stream(),
                        Stream.of(new LambdaAction(new NoFunctions())))
                .filter(type -> type.isIn(action))
                .findFirst()
                .orElseThrow();
    }

    static PlanContext context() {
        return new PlanContext(
                AccountId.DEFAULT,
                "eu-west-1",
                "r",
                SqlStatement.parse("SELECT * FROM 't/#'", SqlVersion.V2016_03_23),
                Set.of(),
                false,
                Json.MAPPER.missingNode());
    }

    private static Origin origin(byte[] payload) {
        return new Origin(
                "t/lamp",
                payload,
                1,
                "lamp",
                null,
                null,
                "trace",
                0,
                ARRIVED,
                MessageProperties.NONE);
    }

    /// Takes a payload through a rule that selects everything.
    TargetCall call(Consumer<Action.Builder> made, byte[] payload) throws Exception {
        Action.Builder builder = Action.builder();
        made.accept(builder);
        Action action = builder.build();
        ActionType type = typeOf(action);
        Origin origin = origin(payload);
        SqlMessage message =
                new SqlMessage(
                        payload,
                        origin.topic(),
                        AccountId.DEFAULT,
                        ARRIVED,
                        SqlMessage.Sender.UNKNOWN,
                        MessageProperties.NONE);
        Environment environment =
                new Environment(
                        message, ExternalFunctions.NONE, new Random(1), SqlLimits.of(Profile.OPEN));
        RuleMatch match = new RuleMatch(origin, payload, message.isJson(), environment);
        ActionPlan.Decision decision = type.plan(action, context()).decide(match);
        Delivery delivery =
                new Delivery(
                        "000000000000",
                        "eu-west-1",
                        "r",
                        0,
                        type.name(),
                        decision.resource(),
                        // As it comes back from the outbox.
                        (ObjectNode) Json.MAPPER.readTree(decision.parameters().toString()),
                        decision.payload(),
                        match.isJson(),
                        origin,
                        ARRIVED);
        type.perform(List.of(delivery));
        return targets.calls.removeLast();
    }

    TargetCall call(Consumer<Action.Builder> made, String payload) throws Exception {
        return call(made, payload.getBytes(UTF_8));
    }
}
