package io.homeport.identity;

import io.homeport.core.MessageBus;
import java.util.concurrent.Executor;

/// What identity is given by the rest of the server. Immutable.
///
/// @param functions run the functions behind custom authorizers
/// @param background runs tasks that block; a thread per task will do
public record IdentityPorts(
        ThingDirectory things,
        TagStore tags,
        MessageBus bus,
        AuthorizerFunctions functions,
        Executor background,
        Denials denials) {}
