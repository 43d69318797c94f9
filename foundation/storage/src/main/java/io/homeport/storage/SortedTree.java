package io.homeport.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An ordered map from bytes to bytes. Immutable: a change copies the path to the root and shares
/// the rest, so that keeping an old tree (a snapshot, what is durable) costs nothing.
///
/// It is a treap: ordered by key, and a heap by pseudo-random priorities, which keeps its expected
/// depth logarithmic. Priorities come from a counter, so equal histories give equal trees.
final class SortedTree {
    static final SortedTree EMPTY = new SortedTree(null, 0);

    private final @Nullable Node root;
    private final long changes;

    private SortedTree(@Nullable Node root, long changes) {
        this.root = root;
        this.changes = changes;
    }

    byte @Nullable [] get(byte[] key) {
        Node node = root;
        while (node != null) {
            int order = Arrays.compareUnsigned(key, node.key);
            if (order == 0) {
                return node.value;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    SortedTree put(byte[] key, byte[] value) {
        Split low = split(root, key, false);
        Split high = split(low.right, key, true);
        Node added = new Node(key, value, priority(changes), null, null);
        return new SortedTree(merge(merge(low.left, added), high.right), changes + 1);
    }

    SortedTree delete(byte[] key) {
        Split low = split(root, key, false);
        Split high = split(low.right, key, true);
        return new SortedTree(merge(low.left, high.right), changes + 1);
    }

    SortedTree deleteRange(byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) >= 0) {
            return this;
        }
        Split low = split(root, from, false);
        Split high = split(low.right, to, false);
        return new SortedTree(merge(low.left, high.right), changes + 1);
    }

    List<Store.Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
        List<Store.Entry> found = new ArrayList<>();
        collect(root, from, to, limit, found);
        return found;
    }

    private static void collect(
            @Nullable Node node,
            byte[] from,
            byte @Nullable [] to,
            int limit,
            List<Store.Entry> found) {
        if (node == null || found.size() >= limit) {
            return;
        }
        boolean reached = Arrays.compareUnsigned(node.key, from) >= 0;
        boolean passed = to != null && Arrays.compareUnsigned(node.key, to) >= 0;
        if (reached) {
            collect(node.left, from, to, limit, found);
        }
        if (reached && !passed && found.size() < limit) {
            found.add(new Store.Entry(node.key.clone(), node.value.clone()));
        }
        if (!passed) {
            collect(node.right, from, to, limit, found);
        }
    }

    /// The keys before the given one (and the key itself, if asked for) and the others.
    private static Split split(@Nullable Node node, byte[] key, boolean keyGoesLeft) {
        if (node == null) {
            return new Split(null, null);
        }
        int order = Arrays.compareUnsigned(node.key, key);
        if (order < 0 || (order == 0 && keyGoesLeft)) {
            Split split = split(node.right, key, keyGoesLeft);
            return new Split(node.with(node.left, split.left), split.right);
        }
        Split split = split(node.left, key, keyGoesLeft);
        return new Split(split.left, node.with(split.right, node.right));
    }

    private static @Nullable Node merge(@Nullable Node low, @Nullable Node high) {
        if (low == null) {
            return high;
        }
        if (high == null) {
            return low;
        }
        return low.priority > high.priority
                ? low.with(low.left, merge(low.right, high))
                : high.with(merge(low, high.left), high.right);
    }

    /// The finalizer of SplitMix64: spreads consecutive numbers.
    private static long priority(long number) {
        long mixed = (number + 1) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    private record Split(@Nullable Node left, @Nullable Node right) {}

    private record Node(
            byte[] key, byte[] value, long priority, @Nullable Node left, @Nullable Node right) {

        Node with(@Nullable Node newLeft, @Nullable Node newRight) {
            return new Node(key, value, priority, newLeft, newRight);
        }
    }
}
