package io.homeport.identity;

import io.homeport.core.AccountId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which account and region a connection means where a certificate is known in several. Immutable.
///
/// The rule: where a label of the server name (what stands between dots) is an account id, alone or
/// before a `-`, only that account is meant; where a label is the region of a candidate, only that
/// region. So `000000000000-ats.iot.eu-west-1.example.org` names both. If more than one candidate
/// is left, it is the one of the server's own account and region; if that isn't one of them, none.
record ServerNameRule(AccountId account, String region) {

    <T> Optional<T> choose(
            List<T> candidates,
            @Nullable String serverName,
            Function<T, String> accountOf,
            Function<T, String> regionOf) {
        List<String> labels =
                serverName == null
                        ? List.of()
                        : List.of(serverName.toLowerCase(Locale.ROOT).split("\\."));
        List<T> left = candidates;
        Optional<String> named = labels.stream().flatMap(ServerNameRule::accountIn).findFirst();
        if (named.isPresent()) {
            left = left.stream().filter(c -> accountOf.apply(c).equals(named.get())).toList();
        }
        List<T> inRegion = left.stream().filter(c -> labels.contains(regionOf.apply(c))).toList();
        if (!inRegion.isEmpty()) {
            left = inRegion;
        }
        if (left.size() > 1) {
            left =
                    left.stream()
                            .filter(c ->
                                    accountOf.apply(c).equals(account.value())
                                            && regionOf.apply(c).equals(region))
                            .toList();
        }
        return left.stream().findFirst();
    }

    private static Stream<String> accountIn(String label) {
        int dash = label.indexOf('-');
        String head = dash < 0 ? label : label.substring(0, dash);
        return head.length() == 12 && head.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Stream.of(head)
                : Stream.empty();
    }
}
