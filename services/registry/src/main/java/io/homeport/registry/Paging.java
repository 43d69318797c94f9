package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.core.Json;
import io.homeport.storage.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Listing page by page. A token carries the position of the last row that was looked at, so rows
/// that stay are listed exactly once whatever comes and goes meanwhile. Thread-safe.
final class Paging {
    /// The size of a page where the request names none; also the most that the model allows.
    static final int DEFAULT_PAGE = 250;

    /// How many rows one call looks at where a filter drops most of them; then the page is short
    /// and has a token.
    static final int MAXIMUM_SCAN = 10_000;

    private static final int BATCH = 251;

    private final PageTokens tokens;

    Paging(PageTokens tokens) {
        this.tokens = tokens;
    }

    /// What a listing was asked for.
    record Request(String scope, @Nullable String nextToken, @Nullable Integer maxResults) {
        /// @param filters every parameter that decides what is listed
        static Request of(
                Caller caller,
                String operation,
                @Nullable String nextToken,
                @Nullable Integer maxResults,
                @Nullable Object... filters) {
            List<String> parts = new ArrayList<>();
            parts.add(operation);
            parts.add(caller.account().value());
            parts.add(caller.region());
            for (Object filter : filters) {
                parts.add(filter == null ? "" : "=" + filter);
            }
            return new Request(Json.MAPPER.writeValueAsString(parts), nextToken, maxResults);
        }
    }

    /// A row and where it stands.
    record Item<V>(Key position, V value) {}

    /// An ordered listing: at most `limit` rows behind `after`. Fewer rows than that mean its end.
    interface Source<V> {
        List<Item<V>> read(@Nullable Key after, int limit);
    }

    /// @param nextToken null on the last page
    record Page<T>(List<T> values, @Nullable String nextToken) {}

    /// A page of the rows that pass the filter.
    ///
    /// @throws io.homeport.aws.InvalidTokenException where the token isn't one of this listing
    <V, T> Page<T> page(
            Request request, Source<V> source, Predicate<V> filter, Function<V, T> render) {
        int size = request.maxResults() == null ? DEFAULT_PAGE : request.maxResults();
        if (size < 1 || size > DEFAULT_PAGE) {
            throw Faults.invalid("maxResults must be between 1 and " + DEFAULT_PAGE);
        }
        Key at = start(request);
        List<T> values = new ArrayList<>();
        int scanned = 0;
        while (true) {
            int wanted = Math.min(BATCH, Math.max(size - values.size() + 1, 50));
            List<Item<V>> items = source.read(at, wanted);
            for (Item<V> item : items) {
                boolean passes = filter.test(item.value());
                if ((passes && values.size() == size) || scanned == MAXIMUM_SCAN) {
                    return new Page<>(values, token(request, at));
                }
                if (passes) {
                    values.add(render.apply(item.value()));
                }
                at = item.position();
                scanned++;
            }
            if (items.size() < wanted) {
                return new Page<>(values, null);
            }
        }
    }

    private @Nullable Key start(Request request) {
        if (request.nextToken() == null || request.nextToken().isEmpty()) {
            return null;
        }
        String position = tokens.decode(request.scope(), request.nextToken());
        return new Key(List.of(Json.MAPPER.readValue(position, String[].class)));
    }

    private @Nullable String token(Request request, @Nullable Key at) {
        return at == null
                ? null
                : tokens.encode(request.scope(), Json.MAPPER.writeValueAsString(at.parts()));
    }
}
