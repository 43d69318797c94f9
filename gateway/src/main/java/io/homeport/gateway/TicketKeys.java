package io.homeport.gateway;

import io.homeport.core.Clock;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionStats;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The keys that seal the session tickets of one TLS context. They are in memory alone and change
/// every hour; tickets of the hour before are still taken, so that none lives longer than two.
/// Thread-safe. See docs/decisions/0009-tls-session-resumption.md.
final class TicketKeys {
    /// How long tickets are sealed with one key, and how long TLS takes a session for good.
    static final Duration PERIOD = Duration.ofHours(1);

    private final OpenSslSessionContext sessions;
    private final SecureRandom random;
    private OpenSslSessionTicketKey current;
    private volatile long sinceMillis;

    TicketKeys(OpenSslSessionContext sessions, SecureRandom random, Clock clock) {
        this.sessions = sessions;
        this.random = random;
        this.sinceMillis = clock.steadyMillis();
        this.current = make();
        sessions.setSessionTimeout((int) PERIOD.toSeconds());
        sessions.setTicketKeys(current);
    }

    /// Changes the keys where that is due.
    ///
    /// @param nowMillis by the steady clock
    void rotate(long nowMillis) {
        if (nowMillis - sinceMillis >= PERIOD.toMillis()) {
            change(nowMillis);
        }
    }

    /// How many tickets were taken.
    long used() {
        OpenSslSessionStats stats = sessions.stats();
        return stats.ticketKeyResume() + stats.ticketKeyRenew();
    }

    private synchronized void change(long nowMillis) {
        long age = nowMillis - sinceMillis;
        if (age < PERIOD.toMillis()) {
            return;
        }
        boolean old = age >= 2 * PERIOD.toMillis();
        OpenSslSessionTicketKey last = old ? null : current;
        current = make();
        sinceMillis = nowMillis;
        apply(last);
    }

    private void apply(@Nullable OpenSslSessionTicketKey last) {
        if (last == null) {
            sessions.setTicketKeys(current);
        } else {
            sessions.setTicketKeys(current, last);
        }
    }

    private OpenSslSessionTicketKey make() {
        return new OpenSslSessionTicketKey(
                bytes(OpenSslSessionTicketKey.NAME_SIZE),
                bytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                bytes(OpenSslSessionTicketKey.AES_KEY_SIZE));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
