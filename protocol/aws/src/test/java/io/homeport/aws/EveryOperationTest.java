package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ClientEndpointProvider;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.client.config.SdkClientConfiguration;
import software.amazon.awssdk.core.client.config.SdkClientOption;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.runtime.transform.Marshaller;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.protocols.json.AwsJsonProtocol;
import software.amazon.awssdk.protocols.json.AwsJsonProtocolFactory;
import software.amazon.awssdk.protocols.json.BaseAwsJsonProtocolFactory;
import software.amazon.awssdk.protocols.json.JsonOperationMetadata;

/// Holds the door to the AWS SDK on every operation of every service: what the SDK's marshallers
/// write the door reads, and what the door writes the SDK's unmarshallers read.
class EveryOperationTest {
    private static final String SDK = "software.amazon.awssdk.services.";

    private final ServiceModels models = ServiceModels.load();
    private final Router router = new Router(models);
    private final PojoPlans plans = new PojoPlans();

    /// An operation with the SDK's classes for it.
    private record Subject(OperationModel operation, AwsJsonProtocolFactory protocol) {
        private Class<?> type(String name) throws ClassNotFoundException {
            return Class.forName(SDK + operation.service().id() + "." + name);
        }

        Supplier<SdkPojo> builder(String suffix) {
            return () -> {
                try {
                    return (SdkPojo)
                            type("model." + operation.sdkName() + suffix)
                                    .getMethod("builder")
                                    .invoke(null);
                } catch (ReflectiveOperationException e) {
                    throw new LinkageError(operation + " isn't in the SDK", e);
                }
            };
        }

        @SuppressWarnings("unchecked")
        SdkHttpFullRequest marshall(SdkPojo request) {
            try {
                return ((Marshaller<SdkPojo>)
                                type("transform." + operation.sdkName() + "RequestMarshaller")
                                        .getConstructor(BaseAwsJsonProtocolFactory.class)
                                        .newInstance(protocol))
                        .marshall(request);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(operation + " isn't in the SDK", e);
            }
        }
    }

    private List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        for (ServiceModel service : models.services()) {
            if (!service.id().equals("iotfleethub")) {
                AwsJsonProtocolFactory protocol = protocol(service);
                service.operations().values().forEach(o -> subjects.add(new Subject(o, protocol)));
            }
        }
        return subjects;
    }

    private static AwsJsonProtocolFactory protocol(ServiceModel service) {
        boolean json = service.isJsonRpc();
        return AwsJsonProtocolFactory.builder()
                .clientConfiguration(
                        SdkClientConfiguration.builder()
                                .option(
                                        SdkClientOption.CLIENT_ENDPOINT_PROVIDER,
                                        ClientEndpointProvider.forEndpointOverride(
                                                URI.create("http://localhost:4566")))
                                .build())
                .protocol(json ? AwsJsonProtocol.AWS_JSON : AwsJsonProtocol.REST_JSON)
                .protocolVersion("1.1")
                .build();
    }

    @Test
    void theModelsHaveEveryOperationOfTheSdk() {
        Map<String, Integer> counts = new TreeMap<>();
        models.services().forEach(s -> counts.put(s.id(), s.operations().size()));

        assertThat(counts)
                .containsEntry("iot", 272)
                .containsEntry("iotdataplane", 8)
                .containsEntry("iotjobsdataplane", 5)
                .containsEntry("iotsitewise", 104)
                .containsEntry("iotfleetwise", 57)
                .containsEntry("iotwireless", 112)
                .hasSize(19);
    }

    @Test
    void whatTheSdkSendsIsReadAsWhatItWas() {
        List<Subject> subjects = subjects();
        RequestDecoder decoder = new RequestDecoder(plans);
        Seeds.run(
                2,
                seed -> {
                    for (Subject subject : subjects) {
                        SdkPojo sent = new RandomPojos(seed).fill(subject.builder("Request").get());
                        ApiRequest received = SdkRequests.received(subject.marshall(sent));
                        Map<String, List<String>> query = Percent.query(received.rawQuery());

                        Router.Match match =
                                router.find(
                                                received,
                                                query,
                                                subject.operation().service().signingName(),
                                                subject.operation()::equals)
                                        .orElseThrow(() ->
                                                new AssertionError(subject + " has no route"));

                        assertThat(match.operationName()).isEqualTo(subject.operation().name());
                        assertThat(match.service()).isSameAs(subject.operation().service());
                        assertThat(match).isInstanceOf(Router.Match.Modelled.class);
                        Map<String, String> labels = ((Router.Match.Modelled) match).labels();
                        assertThat(
                                        decoder.decode(
                                                subject.builder("Request").get(),
                                                received,
                                                labels,
                                                query))
                                .as(subject.operation().toString())
                                .isEqualTo(sent);
                    }
                });
    }

    @Test
    void whatTheDoorAnswersIsReadByTheSdkAsWhatItWas() {
        ResponseEncoder encoder = new ResponseEncoder(plans);
        Seeds.run(
                2,
                seed -> {
                    for (Subject subject : subjects()) {
                        SdkPojo answer =
                                new RandomPojos(seed).fill(subject.builder("Response").get());
                        ApiResponse response = encoder.encode(subject.operation(), answer, "id");

                        Object read = unmarshall(subject, answer, response);

                        assertThat(answer.equalsBySdkFields(read))
                                .as("%s: %s is read as %s", subject.operation(), answer, read)
                                .isTrue();
                    }
                });
    }

    private static Object unmarshall(Subject subject, SdkPojo answer, ApiResponse response) {
        boolean blob = false;
        for (SdkField<?> field : answer.sdkFields()) {
            blob |=
                    field.containsTrait(PayloadTrait.class)
                            && field.marshallingType().getKnownType()
                                    == MarshallingKnownType.SDK_BYTES;
        }
        SdkHttpFullResponse.Builder http =
                SdkHttpFullResponse.builder()
                        .statusCode(response.status())
                        .content(
                                AbortableInputStream.create(
                                        new ByteArrayInputStream(response.body())));
        response.headers().forEach(http::putHeader);
        JsonOperationMetadata metadata =
                JsonOperationMetadata.builder()
                        .isPayloadJson(!blob)
                        .hasStreamingSuccessResponse(false)
                        .build();
        try {
            return subject.protocol()
                    .createResponseHandler(metadata, subject.builder("Response"))
                    .handle(http.build(), new ExecutionAttributes());
        } catch (Exception e) {
            throw new AssertionError(subject.operation() + " answers what the SDK can't read", e);
        }
    }

    @Test
    void everyConstraintBelongsToAMemberOfTheSdksRequest() {
        List<String> strangers = new ArrayList<>();
        int checked = 0;
        for (Subject subject : subjects()) {
            OperationModel operation = subject.operation();
            Shape shape = operation.service().details().shapes().get(operation.inputShape());
            if (shape != null) {
                Map<String, SdkField<?>> fields =
                        plans.of(subject.builder("Request").get()).byMember();
                for (String member : shape.members().keySet()) {
                    checked++;
                    if (!fields.containsKey(member)) {
                        strangers.add(operation + "." + member);
                    }
                }
            }
        }

        assertThat(checked).isGreaterThan(1500);
        assertThat(strangers).isEmpty();
    }

    @Test
    void everyPatternOfTheModelsCompiles() {
        int patterns = 0;
        for (ServiceModel service : models.services()) {
            for (Shape shape : service.details().shapes().values()) {
                GuardedPattern pattern = shape.pattern();
                if (pattern != null) {
                    patterns++;
                    pattern.matches("x");
                }
            }
        }

        assertThat(patterns).isGreaterThan(250);
    }
}
