package io.homeport.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetScope;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// The stand-in of DynamoDB.
class StandInTablesTest {
    private static final TargetScope HERE = new TargetScope(AccountId.DEFAULT, "us-east-1");
    private static final TargetScope THERE =
            new TargetScope(new AccountId("111111111111"), "us-east-1");

    @TempDir Path root;
    private StandIns files = new StandIns(Path.of("unset"), StandInLimits.STANDARD, false);
    private StandInTables tables = new StandInTables(files);

    @BeforeEach
    void open() {
        files = new StandIns(root, StandInLimits.STANDARD, false);
        tables = new StandInTables(files);
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.MAPPER.readTree(text);
    }

    private static final String KEY = "{\"id\": {\"S\": \"a\"}}";

    @Test
    void anItemIsReplacedByKeyAlsoAfterARestart() {
        List<String> keys = List.of("id");
        tables.put(HERE, put("{\"id\": {\"S\": \"a\"}, \"v\": {\"N\": \"1\"}}", keys));
        open();
        tables.put(HERE, put("{\"id\": {\"S\": \"a\"}, \"v\": {\"N\": \"2\"}}", keys));
        assertThat(tables.item(HERE, "t", json(KEY)).orElseThrow().at("/v/N").asString())
                .isEqualTo("2");
        assertThatThrownBy(() -> tables.item(THERE, "t", json(KEY)))
                .hasMessageContaining("table t");
    }

    private static TargetCall.PutItem put(String item, List<String> keys) {
        return new TargetCall.PutItem("t", json(item), keys);
    }

    @Test
    void anUpdateKeepsTheOtherAttributes() {
        tables.put(HERE, put("{\"id\": {\"S\": \"a\"}, \"v\": {\"N\": \"1\"}}", List.of("id")));
        tables.update(
                HERE, new TargetCall.UpdateItem("t", json(KEY), json("{\"w\": {\"N\": \"2\"}}")));
        assertThat(tables.item(HERE, "t", json(KEY)))
                .hasValue(
                        json(
                                "{\"id\": {\"S\": \"a\"}, \"v\": {\"N\": \"1\"},"
                                        + " \"w\": {\"N\": \"2\"}}"));
        tables.delete(HERE, new TargetCall.DeleteItem("t", json(KEY)));
        assertThat(tables.item(HERE, "t", json(KEY))).isEmpty();
    }

    @Test
    void itemsOfATableWithoutAKeyAreFoundByTheirAttributesAndMoveWhenTheKeyIsKnown() {
        for (int v = 1; v <= 2; v++) {
            String item = "{\"id\": {\"S\": \"a\"}, \"v\": {\"N\": \"" + v + "\"}}";
            tables.put(HERE, put(item, List.of()));
        }
        assertThat(tables.item(HERE, "t", json(KEY))).isPresent();
        tables.define(HERE, "t", List.of("id", "v"));
        String both = "{\"id\": {\"S\": \"a\"}, \"v\": {\"N\": \"2\"}}";
        assertThat(tables.item(HERE, "t", json(both))).isPresent();
        assertThatThrownBy(() -> tables.item(HERE, "t", json(KEY)))
                .hasMessageContaining("the key of table t is id, v, not id");
        assertThatThrownBy(() -> tables.put(HERE, put(KEY, List.of())))
                .hasMessageContaining("key attribute v");
    }
}
