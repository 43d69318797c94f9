package io.homeport.gateway;

/// A connection with deadlines that {@link LoopDuties} looks after. Owned by the connection's event
/// loop.
interface Watched {
    /// Acts on the deadlines that have passed.
    void check(long nowNanos);

    /// Where {@link LoopDuties} keeps it; -1 while it isn't watched.
    int watchIndex();

    /// Called by {@link LoopDuties} only.
    void watchIndex(int index);
}
