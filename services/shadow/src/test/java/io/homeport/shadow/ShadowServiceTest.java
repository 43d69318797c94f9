package io.homeport.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.Profile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iotdataplane.model.DeleteThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.GetThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.ListNamedShadowsForThingRequest;
import software.amazon.awssdk.services.iotdataplane.model.ListNamedShadowsForThingResponse;
import software.amazon.awssdk.services.iotdataplane.model.RequestEntityTooLargeException;
import software.amazon.awssdk.services.iotdataplane.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iotdataplane.model.ThrottlingException;
import tools.jackson.databind.JsonNode;

/// The service as a whole, on one thread.
class ShadowServiceTest {
    private static final String SET = "{\"state\":{\"reported\":{\"a\":%s}}}";

    private final ShadowFixture shadows = new ShadowFixture();

    private static ShadowLimits limits(
            int inFlight, int perSecond, int waitingPerThing, int waiting, long bytes) {
        return new ShadowLimits(
                1000, 1000, 8, 64, inFlight, perSecond, 0, waitingPerThing, waiting, bytes);
    }

    private static List<String> topics(List<Map.Entry<String, JsonNode>> heard) {
        return heard.stream().map(Map.Entry::getKey).toList();
    }

    private static List<Integer> codes(List<Map.Entry<String, JsonNode>> heard) {
        return heard.stream()
                .filter(entry -> entry.getKey().endsWith("/rejected"))
                .map(entry -> entry.getValue().get("code").intValue())
                .toList();
    }

    private void delete(String thing) {
        shadows.service
                .operations()
                .deleteThingShadow(
                        DeleteThingShadowRequest.builder().thingName(thing).build(),
                        ShadowFixture.caller());
    }

    // Developer guide, "Updating a shadow": accepted, delta, documents; never retained.
    @Test
    void anUpdateIsAnsweredAndAnnouncedOnItsTopics() {
        shadows.publish("lamp/shadow/update", "{\"state\":{\"desired\":{\"on\":true}}}");
        assertThat(shadows.published).noneMatch(Message::retain).allMatch(m -> m.qos() == 1);
        assertThat(topics(shadows.heard()))
                .containsExactly(
                        "lamp/shadow/update/accepted",
                        "lamp/shadow/update/delta",
                        "lamp/shadow/update/documents");
        shadows.publish("lamp/shadow/update", "{\"state\":{\"reported\":{\"on\":true}}}");
        assertThat(topics(shadows.heard()))
                .as("nothing differs any more")
                .containsExactly("lamp/shadow/update/accepted", "lamp/shadow/update/documents");
    }

    // Developer guide, "Response state documents": "Epoch" seconds.
    @Test
    void timesAreInSeconds() {
        shadows.time.advance(Duration.ofMillis(1999));
        long seconds = shadows.time.millis() / 1000;
        assertThat(shadows.update("lamp", null, SET.formatted("1")))
                .isEqualTo(
                        ShadowFixture.json(
                                """
                                {'state':{'reported':{'a':1}},
                                 'metadata':{'reported':{'a':{'timestamp':%1$d}}},
                                 'version':1,'timestamp':%1$d}\
                                """
                                        .formatted(seconds)));
    }

    @Test
    void requestsThatWaitTogetherAreStoredTogetherAndAnnouncedInOrder() {
        ShadowFixture waiting = new ShadowFixture(ShadowLimits.of(Profile.OPEN), false);
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(waiting.publish("lamp/shadow/update", SET.formatted(i)));
        }
        answers.add(waiting.publish("lamp/shadow/get", ""));
        assertThat(waiting.published).isEmpty();
        assertThat(answers).noneMatch(CompletableFuture::isDone);
        waiting.run();
        assertThat(answers).allMatch(CompletableFuture::isDone);
        List<Map.Entry<String, JsonNode>> heard = waiting.heard();
        List<Integer> versions =
                heard.stream()
                        .filter(entry -> entry.getKey().endsWith("/update/accepted"))
                        .map(entry -> entry.getValue().get("version").intValue())
                        .toList();
        assertThat(versions).hasSize(200).isSorted();
        assertThat(heard.getLast().getValue().at("/state/reported/a").intValue()).isEqualTo(199);
    }

    // Developer guide, "Deleting a shadow": "It will be reset to zero after 48 hours."
    @Test
    void theVersionOfADeletedShadowIsForgottenAfterTwoDays() {
        shadows.update("lamp", null, SET.formatted("1"));
        shadows.update("lamp", null, SET.formatted("2"));
        delete("lamp");
        shadows.time.advance(Duration.ofDays(2).minusMillis(1));
        assertThat(shadows.update("lamp", null, SET.formatted("3")).get("version").intValue())
                .isEqualTo(3);
        delete("lamp");
        shadows.time.advance(Duration.ofDays(2));
        assertThat(shadows.update("lamp", null, SET.formatted("4")).get("version").intValue())
                .isEqualTo(1);
    }

    @Test
    void whatIsRememberedOfDeletedShadowsIsSweptAway() {
        for (int i = 0; i < 1200; i++) {
            shadows.update("lamp" + i, null, SET.formatted("1"));
            delete("lamp" + i);
        }
        assertThat(deletedRows()).isNotZero();
        shadows.time.advance(Duration.ofHours(50));
        assertThat(deletedRows()).isZero();
    }

    private int deletedRows() {
        return shadows.database.read(view ->
                shadows.service
                        .tables()
                        .deleted
                        .list(view, io.homeport.storage.Key.EMPTY, null, 10)
                        .size());
    }

    // "Optimistic locking"; a shadow that was never there is at 0.
    @Test
    void aVersionThatIsNotTheCurrentOneIsAConflict() {
        String at = "{\"state\":{},\"version\":%d,\"clientToken\":\"t\"}";
        shadows.publish("lamp/shadow/update", at.formatted(1));
        shadows.publish("lamp/shadow/update", at.formatted(0));
        shadows.publish("lamp/shadow/update", at.formatted(0));
        shadows.publish("lamp/shadow/update", at.formatted(1));
        List<Map.Entry<String, JsonNode>> heard = shadows.heard();
        assertThat(codes(heard)).containsExactly(409, 409);
        assertThat(heard.getFirst().getValue())
                .isEqualTo(
                        ShadowFixture.json(
                                "{'code':409,'message':'Version conflict','clientToken':'t'}"));
    }

    // General reference: "8KB or less in size. Metadata doesn't contribute".
    @Test
    void theWholeStateCountsAgainstTheSizeAndMetadataDoesNot() {
        ShadowFixture small = new ShadowFixture(limits(10, 0, 10, 10, 10_000), true);
        String numbers = "1,".repeat(120) + "1";
        for (int i = 0; i < 3; i++) {
            small.update(
                    "lamp", null, "{\"state\":{\"desired\":{\"" + i + "\":[" + numbers + "]}}}");
        }
        String large = "{\"state\":{\"reported\":{\"x\":\"%s\"}}}".formatted("x".repeat(900));
        assertThatExceptionOfType(RequestEntityTooLargeException.class)
                .isThrownBy(() -> small.update("lamp", null, large));
        assertThat(small.update("other", null, large).get("version").intValue()).isEqualTo(1);
        assertThat(small.update("lamp", null, "{\"state\":{}}").get("version").intValue())
                .as("the refused update counts for nothing")
                .isEqualTo(4);
    }

    // General reference: 20 requests per second and shadow, over both HTTP and MQTT.
    @Test
    void theAwsProfileTakesTwentyRequestsPerSecondAndShadow() {
        ShadowFixture aws = new ShadowFixture(ShadowLimits.of(Profile.AWS), true);
        for (int i = 0; i < 21; i++) {
            aws.publish("lamp/shadow/update", SET.formatted(i));
        }
        assertThat(codes(aws.heard())).containsExactly(429);
        assertThatExceptionOfType(ThrottlingException.class)
                .isThrownBy(() -> aws.update("lamp", null, SET.formatted("1")));
        aws.update("lamp", "another", SET.formatted("1"));
        aws.time.advance(Duration.ofMillis(50));
        assertThat(aws.update("lamp", null, SET.formatted("1")).get("version").intValue())
                .isEqualTo(21);
    }

    // General reference: 10 in-flight requests per thing on a single connection.
    @Test
    void theAwsProfileTakesTenRequestsAtATimeOfAConnection() {
        ShadowFixture aws = new ShadowFixture(ShadowLimits.of(Profile.AWS), false);
        for (int i = 0; i < 11; i++) {
            aws.publish("lamp/shadow/update", SET.formatted(i));
        }
        aws.publish(ShadowFixture.message("$aws/things/lamp/shadow/get", "", null));
        aws.publish("other/shadow/update", SET.formatted("1"));
        assertThat(codes(aws.heard())).containsExactly(429);
        aws.run();
        aws.heard();
        aws.time.advance(Duration.ofSeconds(1));
        aws.publish("lamp/shadow/update", SET.formatted("1"));
        aws.run();
        assertThat(codes(aws.heard())).isEmpty();
    }

    @Test
    void aFullLaneRefusesAndOthersGoOn() {
        ShadowFixture full = new ShadowFixture(limits(100, 0, 2, 4, 10_000), false);
        for (int i = 0; i < 3; i++) {
            full.publish("lamp/shadow/update", SET.formatted(i));
        }
        assertThat(codes(full.heard())).containsExactly(429);
        full.publish("other/shadow/update", SET.formatted("1"));
        full.publish("third/shadow/update", SET.formatted("1"));
        full.publish("fourth/shadow/update", SET.formatted("1"));
        assertThat(codes(full.heard())).as("no room at all").containsExactly(503);
        full.run();
        full.heard();
        full.publish("fourth/shadow/update", SET.formatted("1"));
        full.run();
        assertThat(codes(full.heard())).isEmpty();
    }

    @Test
    void whatWaitsIsBoundedInBytes() {
        ShadowFixture full = new ShadowFixture(limits(100, 0, 100, 100, 100), false);
        full.publish("lamp/shadow/update", "x".repeat(60));
        full.publish("other/shadow/update", "x".repeat(60));
        assertThat(codes(full.heard())).containsExactly(503);
        full.run();
        full.publish("other/shadow/update", "x".repeat(60));
        full.run();
        assertThat(codes(full.heard())).containsExactly(400, 400);
    }

    @Test
    void namesThatAwsDoesNotTakeAreRefused() {
        shadows.publish("la mp/shadow/update", SET.formatted("1"));
        shadows.publish("lamp/shadow/name/a.b/update", SET.formatted("1"));
        shadows.publish("lamp/shadow/name/" + "n".repeat(65) + "/get", "");
        assertThat(codes(shadows.heard())).containsExactly(400, 400, 400);
    }

    // "Detecting if a device is connected": wills on reserved topics are ignored.
    @Test
    void willsAreIgnored() {
        Message will =
                ShadowFixture.message(
                                "$aws/things/lamp/shadow/update",
                                SET.formatted("1"),
                                ShadowFixture.DEVICE)
                        .asWill();
        assertThat(shadows.publish(will)).isCompleted();
        assertThat(shadows.published).isEmpty();
    }

    @Test
    void accountsAndRegionsHaveTheirOwnShadows() {
        shadows.update("lamp", null, SET.formatted("1"));
        ShadowViews views = shadows.service.views();
        assertThat(views.shadow(AccountId.DEFAULT, ShadowFixture.REGION, "lamp", null)).isPresent();
        assertThat(views.shadow(AccountId.DEFAULT, "eu-west-1", "lamp", null)).isEmpty();
        assertThat(views.shadow(new AccountId("111111111111"), ShadowFixture.REGION, "lamp", null))
                .isEmpty();
        assertThat(views.shadow(AccountId.DEFAULT, ShadowFixture.REGION, "lamp", "x")).isEmpty();
    }

    // API reference, ListNamedShadowsForThing.
    @Test
    void namedShadowsAreListedPageByPageWithoutTheClassicOne() {
        shadows.update("lamp", null, SET.formatted("1"));
        shadows.update("lamp2", "other", SET.formatted("1"));
        for (String name : List.of("c", "a", "$b", "d")) {
            shadows.update("lamp", name, SET.formatted("1"));
        }
        List<String> names = new ArrayList<>();
        String token = null;
        do {
            String next = token;
            ListNamedShadowsForThingResponse page =
                    shadows.service
                            .operations()
                            .listNamedShadowsForThing(
                                    ListNamedShadowsForThingRequest.builder()
                                            .thingName("lamp")
                                            .pageSize(2)
                                            .nextToken(next)
                                            .build(),
                                    ShadowFixture.caller());
            assertThat(page.timestamp()).isEqualTo(shadows.time.millis() / 1000);
            names.addAll(page.results());
            token = page.nextToken();
        } while (token != null);
        assertThat(names).containsExactly("$b", "a", "c", "d");
    }

    @Test
    void aResetForgetsEverything() {
        shadows.update("lamp", null, SET.formatted("1"));
        delete("lamp");
        shadows.update("lamp", "named", SET.formatted("1"));
        shadows.service.reset();
        assertThatThrownBy(() ->
                        shadows.service
                                .operations()
                                .getThingShadow(
                                        GetThingShadowRequest.builder()
                                                .thingName("lamp")
                                                .shadowName("named")
                                                .build(),
                                        ShadowFixture.caller()))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThat(shadows.update("lamp", null, SET.formatted("1")).get("version").intValue())
                .isEqualTo(1);
    }
}
