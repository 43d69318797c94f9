package io.homeport.aws;

import java.util.List;
import java.util.Map;

/// An HTTP response. Immutable by agreement.
public record ApiResponse(int status, Map<String, List<String>> headers, byte[] body) {}
