package io.homeport.compat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// What tests with functions need.
final class Lambdas {
    private Lambdas() {}

    static LambdaClient client(TestServer server) {
        return LambdaClient.builder()
                .endpointOverride(URI.create(server.endpoints().apiUrl()))
                .region(Region.of(server.endpoints().region()))
                .credentialsProvider(server.credentials())
                .httpClient(ApacheHttpClient.create())
                .build();
    }

    /// Code of one file, as Lambda takes it.
    static SdkBytes zip(String name, String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return SdkBytes.fromByteArray(bytes.toByteArray());
    }
}
