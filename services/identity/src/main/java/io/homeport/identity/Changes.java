package io.homeport.identity;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// Tells what has changed in the answers of {@link DeviceRights}. Called after a change is
/// committed, outside of locks. Thread-safe.
final class Changes {
    private final AtomicLong version = new AtomicLong();
    private final List<DeviceRights.ChangeListener> listeners = new CopyOnWriteArrayList<>();

    long version() {
        return version.get();
    }

    void listen(DeviceRights.ChangeListener listener) {
        listeners.add(listener);
    }

    void rightsChanged() {
        version.incrementAndGet();
        listeners.forEach(DeviceRights.ChangeListener::rightsChanged);
    }

    void principalRevoked(CertificateIdentity identity, String reason) {
        version.incrementAndGet();
        listeners.forEach(listener -> listener.principalRevoked(identity, reason));
    }
}
