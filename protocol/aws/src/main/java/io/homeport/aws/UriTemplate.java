package io.homeport.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The path of an operation, for example `/things/{thingName}/shadow`, with `{topic+}` for the rest
/// of the path and, after `?`, parameters that the query must have. Immutable.
final class UriTemplate {
    private final String text;
    private final List<Segment> segments;
    private final Map<String, String> query;

    private UriTemplate(String text, List<Segment> segments, Map<String, String> query) {
        this.text = text;
        this.segments = List.copyOf(segments);
        this.query = Map.copyOf(query);
    }

    private sealed interface Segment {
        /// A fixed text.
        record Literal(String text) implements Segment {}

        /// One segment of any text.
        record Label(String name) implements Segment {}

        /// The rest of the path, at least one character.
        record Rest(String name) implements Segment {}

        /// What stands first is tried first.
        default int rank() {
            return switch (this) {
                case Literal literal -> 0;
                case Label label -> 1;
                case Rest rest -> 2;
            };
        }
    }

    /// A request's path, split at `/` before each segment is decoded, so that an encoded slash
    /// stays within its segment.
    record RequestPath(List<String> segments) {
        static RequestPath of(String rawPath) {
            String path = rawPath.startsWith("/") ? rawPath.substring(1) : rawPath;
            List<String> segments = new ArrayList<>();
            for (String segment : path.split("/", -1)) {
                segments.add(Percent.decode(segment, false));
            }
            return new RequestPath(segments);
        }

        /// The number of segments, a last empty one (a trailing slash) left out.
        private int sizeWithoutTrailingSlash() {
            return segments.getLast().isEmpty() ? segments.size() - 1 : segments.size();
        }
    }

    static UriTemplate parse(String text) {
        int mark = text.indexOf('?');
        String path = mark < 0 ? text : text.substring(0, mark);
        Map<String, String> query = new LinkedHashMap<>();
        if (mark >= 0) {
            Percent.query(text.substring(mark + 1))
                    .forEach((name, values) -> query.put(name, values.getFirst()));
        }
        List<Segment> segments = new ArrayList<>();
        for (String part : path.split("/")) {
            if (part.startsWith("{") && part.endsWith("+}")) {
                segments.add(new Segment.Rest(part.substring(1, part.length() - 2)));
            } else if (part.startsWith("{") && part.endsWith("}")) {
                segments.add(new Segment.Label(part.substring(1, part.length() - 1)));
            } else if (!part.isEmpty()) {
                segments.add(new Segment.Literal(part));
            }
        }
        for (int i = 0; i < segments.size() - 1; i++) {
            if (segments.get(i) instanceof Segment.Rest) {
                throw new IllegalArgumentException("only the last label may be greedy: " + text);
            }
        }
        return new UriTemplate(text, segments, query);
    }

    /// The labels' values where the path is one of this template.
    Optional<Map<String, String>> match(RequestPath path, Map<String, List<String>> parameters) {
        int size = path.sizeWithoutTrailingSlash();
        boolean greedy = !segments.isEmpty() && segments.getLast() instanceof Segment.Rest;
        if (greedy ? size < segments.size() : size != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < segments.size(); i++) {
            String value = path.segments().get(i);
            switch (segments.get(i)) {
                case Segment.Literal literal -> {
                    if (!literal.text().equals(value)) {
                        return Optional.empty();
                    }
                }
                case Segment.Label label -> {
                    if (value.isEmpty()) {
                        return Optional.empty();
                    }
                    labels.put(label.name(), value);
                }
                case Segment.Rest rest -> {
                    List<String> tail = path.segments().subList(i, path.segments().size());
                    labels.put(rest.name(), String.join("/", tail));
                }
            }
        }
        for (Map.Entry<String, String> wanted : query.entrySet()) {
            List<String> values = parameters.getOrDefault(wanted.getKey(), List.of());
            if (!values.contains(wanted.getValue())) {
                return Optional.empty();
            }
        }
        return Optional.of(labels);
    }

    /// Orders the more specific template first: literals before labels before the rest of the path,
    /// segment by segment, and templates with a query first.
    static int bySpecificity(UriTemplate left, UriTemplate right) {
        int common = Math.min(left.segments.size(), right.segments.size());
        for (int i = 0; i < common; i++) {
            int order = Integer.compare(left.segments.get(i).rank(), right.segments.get(i).rank());
            if (order != 0) {
                return order;
            }
        }
        int byLength = Integer.compare(right.segments.size(), left.segments.size());
        return byLength != 0 ? byLength : Integer.compare(right.query.size(), left.query.size());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UriTemplate template && text.equals(template.text);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(text);
    }

    /// The template as the service model writes it.
    @Override
    public String toString() {
        return text;
    }
}
