package io.homeport.jmh;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.sql.Environment;
import io.homeport.sql.ExternalFunctions;
import io.homeport.sql.SqlLimits;
import io.homeport.sql.SqlMessage;
import io.homeport.sql.SqlResult;
import io.homeport.sql.SqlStatement;
import io.homeport.sql.SqlVersion;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One message of 256 bytes through one rule, from the payload's bytes to the output's, and through
/// twenty rules that share the parsed payload.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx1g"})
public class SqlBenchmark {
    private static final int RULES = 20;
    private static final byte[] PAYLOAD =
            """
            {"deviceid":"iot123","temp":54.98,"humidity":32.43,\
            "coords":{"latitude":47.615694,"longitude":-122.3359976},"status":"ok","seq":182736,\
            "tags":["alpha","beta","gamma"],"firmware":"1.14.2-release",\
            "readings":[{"n":"t","v":22.5},{"n":"h","v":41},{"n":"p","v":1013}]}\
            """
                    .getBytes(StandardCharsets.UTF_8);

    @Param({"everything", "refused", "enriched", "projected", "computed", "nested"})
    public String statement = "projected";

    private final RandomGenerator random = new SplittableRandom(1);
    private final SqlLimits limits = SqlLimits.of(Profile.AWS);
    private SqlStatement sql = SqlStatement.parse("SELECT *", SqlVersion.V2016_03_23);

    @Setup
    public void setUp() {
        String text =
                switch (statement) {
                    case "everything" -> "SELECT * FROM 'dt/#'";
                    case "refused" -> "SELECT temp FROM 'dt/#' WHERE temp > 90";
                    case "enriched" ->
                            "SELECT *, timestamp() AS ts, topic(2) AS device FROM 'dt/#' WHERE"
                                    + " temp > 50";
                    case "projected" ->
                            "SELECT temp, humidity, coords.latitude AS lat FROM 'dt/#' WHERE temp"
                                    + " > 50 AND status = 'ok'";
                    case "computed" ->
                            "SELECT (temp - 32) * 5 / 9 AS celsius, upper(deviceid) AS id,"
                                    + " regexp_substr(firmware, '[0-9.]+') AS version,"
                                    + " parse_time('yyyy-MM-dd HH:mm:ss', timestamp()) AS at FROM"
                                    + " 'dt/#'";
                    case "nested" ->
                            "SELECT (SELECT VALUE v FROM readings WHERE n = 't') AS t FROM 'dt/#'";
                    default -> throw new IllegalArgumentException(statement);
                };
        sql = SqlStatement.parse(text, SqlVersion.V2016_03_23);
    }

    @Benchmark
    public SqlResult oneRule() {
        return evaluate(message());
    }

    @Benchmark
    public int twentyRules() {
        SqlMessage message = message();
        int outputs = 0;
        for (int i = 0; i < RULES; i++) {
            outputs += evaluate(message) instanceof SqlResult.Output ? 1 : 0;
        }
        return outputs;
    }

    private SqlResult evaluate(SqlMessage message) {
        return sql.evaluate(new Environment(message, ExternalFunctions.NONE, random, limits));
    }

    private static SqlMessage message() {
        return new SqlMessage(
                PAYLOAD,
                "dt/lamp-42/telemetry",
                AccountId.DEFAULT,
                1_481_825_251_155L,
                SqlMessage.Sender.UNKNOWN,
                MessageProperties.NONE);
    }
}
