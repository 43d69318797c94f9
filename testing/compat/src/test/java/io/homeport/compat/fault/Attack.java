package io.homeport.compat.fault;

import java.util.function.BooleanSupplier;

/// One way to bring a server more than it can take, with its connections made. Its generators are
/// cheap, and paced where more of them would only measure how the machine's processors are shared.
interface Attack {
    /// Goes on for as long as told.
    ///
    /// @throws Exception where it can't, other than by being cut off, which it has to expect
    void round(BooleanSupplier on) throws Exception;
}
