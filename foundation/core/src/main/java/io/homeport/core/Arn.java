package io.homeport.core;

import java.util.Optional;

/// An Amazon Resource Name, `arn:partition:service:region:account:resource`. Immutable. Region and
/// account may be empty, the resource may contain colons.
public record Arn(
        String partition, String service, String region, String account, String resource) {

    /// An ARN in partition `aws`.
    public static Arn of(String service, String region, AccountId account, String resource) {
        return new Arn("aws", service, region, account.value(), resource);
    }

    /// Reads an ARN, or nothing where the text isn't one.
    public static Optional<Arn> parse(String text) {
        String[] parts = text.split(":", 6);
        boolean isArn =
                parts.length == 6
                        && parts[0].equals("arn")
                        && !parts[1].isEmpty()
                        && !parts[2].isEmpty()
                        && !parts[5].isEmpty();
        if (!isArn) {
            return Optional.empty();
        }
        return Optional.of(new Arn(parts[1], parts[2], parts[3], parts[4], parts[5]));
    }

    /// Whether the text is an ARN of something of a service.
    ///
    /// @param service as ARNs name it, for example `lambda`
    public static boolean isOf(String service, String text) {
        return parse(text).filter(arn -> arn.service.equals(service)).isPresent();
    }

    /// The part of the resource before its first `/`, for example `thing` of `thing/lamp`; the
    /// whole resource where it has none.
    public String resourceType() {
        int slash = resource.indexOf('/');
        return slash < 0 ? resource : resource.substring(0, slash);
    }

    /// The part of the resource after its first `/`, for example `lamp` of `thing/lamp`; empty
    /// where it has none.
    public String resourceId() {
        int slash = resource.indexOf('/');
        return slash < 0 ? "" : resource.substring(slash + 1);
    }

    @Override
    public String toString() {
        return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
    }
}
