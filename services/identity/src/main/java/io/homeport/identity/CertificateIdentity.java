package io.homeport.identity;

import io.homeport.core.AccountId;

/// A certificate that was accepted for a connection. Immutable.
///
/// @param region the region whose topics and policies hold
public record CertificateIdentity(AccountId account, String region, String certificateId) {}
