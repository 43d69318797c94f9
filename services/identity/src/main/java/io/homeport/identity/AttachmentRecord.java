package io.homeport.identity;

/// A policy attached to a target. Immutable.
///
/// @param target a certificate's ARN, a thing group's ARN, or a Cognito identity id
record AttachmentRecord(
        String account, String region, String target, String policyName, long attachedMillis) {}
