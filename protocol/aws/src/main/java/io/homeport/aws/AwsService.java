package io.homeport.aws;

/// One AWS service, for example the registry's part of AWS IoT. Several may serve the operations of
/// one service model between them.
public interface AwsService {
    /// Adds a line for each operation that is there.
    void register(OperationTable table);
}
