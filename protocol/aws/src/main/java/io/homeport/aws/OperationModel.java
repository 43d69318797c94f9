package io.homeport.aws;

/// How a service model binds an operation to HTTP. Immutable.
///
/// @param sdkName the operation's name in the SDK's class names, for example `DeleteCaCertificate`
///   for `DeleteCACertificate`
/// @param status of a successful answer
/// @param inputShape the request's shape in the service model; empty where there is none
/// @param invalidRequest the error that answers a request which breaks a constraint
record OperationModel(
        ServiceModel service,
        String name,
        String sdkName,
        String method,
        UriTemplate uri,
        int status,
        String inputShape,
        String invalidRequest) {
    @Override
    public String toString() {
        return service.id() + " " + name;
    }
}
