package io.homeport.broker;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Values under topic filters, one per filter and owner. Thread-safe: reads take no lock, writes
/// exclude each other.
///
/// The cost of a match depends on the levels of the topic and on what matches, not on how many
/// filters there are. A reader that runs beside a write sees the trie with or without it.
final class TopicTrie<T> {
    private final boolean hashMatchesParent;
    private final Node<T> root = new Node<>();
    private volatile long version;
    private volatile int size;

    TopicTrie(boolean hashMatchesParent) {
        this.hashMatchesParent = hashMatchesParent;
    }

    /// Grows with every write.
    long version() {
        return version;
    }

    int size() {
        return size;
    }

    /// Sets the value of a filter for an owner; returns the one it had.
    synchronized @Nullable T put(String filter, Object owner, T value) {
        Node<T> node = root;
        for (int start = 0; start <= filter.length(); ) {
            int end = levelEnd(filter, start);
            node = node.childForWrite(level(filter, start, end));
            start = end + 1;
        }
        T old = node.put(owner, value);
        if (old == null) {
            size = size + 1;
        }
        version = version + 1;
        return old;
    }

    /// Removes the value of a filter for an owner; returns it.
    synchronized @Nullable T remove(String filter, Object owner) {
        T old = remove(root, filter, 0, owner);
        if (old != null) {
            size = size - 1;
            version = version + 1;
        }
        return old;
    }

    private @Nullable T remove(Node<T> node, String filter, int start, Object owner) {
        if (start > filter.length()) {
            return node.remove(owner);
        }
        int end = levelEnd(filter, start);
        String level = level(filter, start, end);
        Node<T> child = node.child(level);
        if (child == null) {
            return null;
        }
        T old = remove(child, filter, end + 1, owner);
        if (child.isBare()) {
            node.removeChild(level);
        }
        return old;
    }

    /// Hands every value to the consumer whose filter matches the topic name (MQTT, 4.7). A leading
    /// wildcard doesn't match a topic that begins with `$` [MQTT-4.7.2-1].
    ///
    /// @param nodes how many may be visited: many filters with wildcards at many levels can make a
    ///   topic visit them all
    /// @return how many are left; negative where there were too many, and the consumer may not have
    ///   got all
    int match(String topic, Consumer<T> consumer, int nodes) {
        return match(root, topic, 0, consumer, nodes);
    }

    private int match(Node<T> node, String topic, int start, Consumer<T> consumer, int nodes) {
        int left = nodes - 1;
        if (left < 0) {
            return left;
        }
        boolean wildcards = start > 0 || topic.isEmpty() || topic.charAt(0) != '$';
        if (start > topic.length()) {
            node.forEach(consumer);
            Node<T> hash = node.hash;
            if (hash != null && hashMatchesParent) {
                hash.forEach(consumer);
            }
            return left;
        }
        int end = levelEnd(topic, start);
        if (wildcards) {
            if (node.hash != null) {
                node.hash.forEach(consumer);
            }
            if (node.plus != null) {
                left = match(node.plus, topic, end + 1, consumer, left);
            }
        }
        ConcurrentHashMap<String, Node<T>> children = node.children;
        if (children != null) {
            Node<T> child = children.get(topic.substring(start, end));
            if (child != null && left >= 0) {
                return match(child, topic, end + 1, consumer, left);
            }
        }
        return left;
    }

    /// Hands every value to the consumer.
    void forEach(Consumer<T> consumer) {
        forEach(root, consumer);
    }

    private void forEach(Node<T> node, Consumer<T> consumer) {
        node.forEach(consumer);
        if (node.plus != null) {
            forEach(node.plus, consumer);
        }
        if (node.hash != null) {
            forEach(node.hash, consumer);
        }
        if (node.children != null) {
            node.children.values().forEach(child -> forEach(child, consumer));
        }
    }

    private static String level(String filter, int start, int end) {
        if (end == start + 1) {
            switch (filter.charAt(start)) {
                case '+' -> {
                    return "+";
                }
                case '#' -> {
                    return "#";
                }
                default -> {}
            }
        }
        return filter.substring(start, end);
    }

    static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    private static final class Node<T> extends Leaves<T> {
        volatile @Nullable Node<T> plus;
        volatile @Nullable Node<T> hash;
        volatile @Nullable ConcurrentHashMap<String, Node<T>> children;

        @Nullable Node<T> child(String level) {
            return switch (level) {
                case "+" -> plus;
                case "#" -> hash;
                default -> children == null ? null : children.get(level);
            };
        }

        Node<T> childForWrite(String level) {
            Node<T> child = child(level);
            if (child != null) {
                return child;
            }
            Node<T> made = new Node<>();
            switch (level) {
                case "+" -> plus = made;
                case "#" -> hash = made;
                default -> {
                    ConcurrentHashMap<String, Node<T>> all = children;
                    if (all == null) {
                        all = new ConcurrentHashMap<>(2);
                        children = all;
                    }
                    all.put(level, made);
                }
            }
            return made;
        }

        void removeChild(String level) {
            switch (level) {
                case "+" -> plus = null;
                case "#" -> hash = null;
                default -> {
                    ConcurrentHashMap<String, Node<T>> all = children;
                    if (all != null) {
                        all.remove(level);
                        if (all.isEmpty()) {
                            children = null;
                        }
                    }
                }
            }
        }

        boolean isBare() {
            return isEmpty() && plus == null && hash == null && children == null;
        }
    }

    /// The values of one filter: a copied array while they are few, a map when they are many, so
    /// that neither a million filters with one owner nor one filter with a million owners costs
    /// much.
    private static class Leaves<T> {
        private static final int FEW = 16;
        private static final Leaf<?>[] NONE = new Leaf<?>[0];

        private volatile Leaf<?>[] few = NONE;
        private volatile @Nullable ConcurrentHashMap<Object, T> many;

        @Nullable T put(Object owner, T value) {
            ConcurrentHashMap<Object, T> map = many;
            if (map != null) {
                return map.put(owner, value);
            }
            int at = indexOf(owner);
            if (at >= 0) {
                T old = valueOf(few[at]);
                Leaf<?>[] changed = few.clone();
                changed[at] = new Leaf<>(owner, value);
                few = changed;
                return old;
            }
            if (few.length < FEW) {
                Leaf<?>[] longer = Arrays.copyOf(few, few.length + 1);
                longer[few.length] = new Leaf<>(owner, value);
                few = longer;
                return null;
            }
            map = new ConcurrentHashMap<>();
            for (Leaf<?> leaf : few) {
                map.put(leaf.owner, valueOf(leaf));
            }
            map.put(owner, value);
            many = map;
            few = NONE;
            return null;
        }

        @Nullable T remove(Object owner) {
            ConcurrentHashMap<Object, T> map = many;
            if (map != null) {
                return map.remove(owner);
            }
            int at = indexOf(owner);
            if (at < 0) {
                return null;
            }
            T old = valueOf(few[at]);
            Leaf<?>[] shorter = new Leaf<?>[few.length - 1];
            System.arraycopy(few, 0, shorter, 0, at);
            System.arraycopy(few, at + 1, shorter, at, shorter.length - at);
            few = shorter.length == 0 ? NONE : shorter;
            return old;
        }

        void forEach(Consumer<T> consumer) {
            // The map is read last: while it is being made the array still has everything.
            Leaf<?>[] leaves = few;
            for (Leaf<?> leaf : leaves) {
                consumer.accept(valueOf(leaf));
            }
            ConcurrentHashMap<Object, T> map = many;
            if (leaves.length == 0 && map != null) {
                map.values().forEach(consumer);
            }
        }

        boolean isEmpty() {
            ConcurrentHashMap<Object, T> map = many;
            return map == null ? few.length == 0 : map.isEmpty();
        }

        private int indexOf(Object owner) {
            for (int i = 0; i < few.length; i++) {
                if (few[i].owner == owner) {
                    return i;
                }
            }
            return -1;
        }

        @SuppressWarnings("unchecked")
        private T valueOf(Leaf<?> leaf) {
            return (T) leaf.value;
        }
    }

    private record Leaf<T>(Object owner, T value) {}
}
