package io.homeport.registry;

import io.homeport.core.Arn;

/// What the registry asks of whoever keeps the other taggable resources of AWS IoT (policies, CA
/// certificates, ...). Thread-safe; may block.
public interface TaggableResources {
    /// Whether this resource exists and takes tags. Account, region and service of the ARN are the
    /// caller's.
    boolean exists(Arn arn);
}
