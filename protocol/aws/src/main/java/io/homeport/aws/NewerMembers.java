package io.homeport.aws;

import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.BatchConfig;
import tools.jackson.databind.JsonNode;

/// Members that AWS has and the SDK of this build has not. Most can be left out without harm, as
/// the decoder does; those that change what is done are refused instead.
final class NewerMembers {
    private NewerMembers() {}

    /// @param path where the structure stands
    static void refuse(SdkPojo builder, String member, JsonNode value, String path) {
        boolean acrossTopics =
                builder instanceof BatchConfig.Builder
                        && member.equals("batchAcrossTopics")
                        && value.isBoolean()
                        && value.booleanValue();
        if (acrossTopics) {
            throw new ApiFault(
                    400,
                    "InvalidRequestException",
                    path
                            + ".batchAcrossTopics is not available in this version of Homeport:"
                            + " a batch has messages of one topic");
        }
    }
}
