package io.homeport.rules;

/// Who shows what rules do. Thread-safe; returns at once.
public interface RuleMeters {
    /// Nobody looks.
    RuleMeters NONE =
            new RuleMeters() {
                @Override
                public void added(Counts rule) {}

                @Override
                public void removed(Counts rule) {}
            };

    /// A rule is there from now on, or since before the server was started.
    void added(Counts rule);

    /// A rule was deleted.
    void removed(Counts rule);

    /// What has happened to a rule since the server was started, as it is now. Thread-safe.
    interface Counts {
        String account();

        String region();

        String rule();

        /// Messages that its topic filter matched, or that came by Basic Ingest.
        long matched();

        /// Messages that passed WHERE.
        long executed();

        /// Deliveries made, those of the error action aside.
        long success();

        /// Evaluations and deliveries that failed for good.
        long failure();

        /// Attempts that failed and were followed by another.
        long retries();

        /// Messages that were dropped because too many waited.
        long throttled();

        /// Deliveries in the outbox.
        long pending();

        /// {@link io.homeport.core.Clock} time; 0 where there was none.
        long lastErrorAtMillis();
    }
}
