/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.util.function.IntConsumer;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.LongValues;

/**
 * The vectors of each node of an HNSW graph in a segment with duplicate vectors: equal vectors share one node. Each
 * node has a representative, whose ordinal orders the nodes, and any number of further vectors that equal it.
 *
 * <p>Duplicates as nodes of their own would be each other's nearest neighbors; with more of them than a node has links,
 * the search could not leave them. Stored as {@link dev.embeddingsearch.vectors.EmbeddingVectorsFormat} describes. Not
 * thread-safe.
 */
public final class GraphNodes {
    private final int size;
    private final LongValues representatives;
    private final LongValues firstDuplicates;
    private final LongValues duplicates;

    /**
     * @param size number of nodes
     * @param representatives ordinal of a vector by node, increasing
     * @param firstDuplicates by node, and once more for the end: where its vectors begin in {@code duplicates}
     * @param duplicates ordinals of all vectors that are not representatives, by node, increasing within each node
     */
    GraphNodes(int size, LongValues representatives, LongValues firstDuplicates, LongValues duplicates) {
        this.size = size;
        this.representatives = representatives;
        this.firstDuplicates = firstDuplicates;
        this.duplicates = duplicates;
    }

    /** The number of nodes. */
    public int size() {
        return size;
    }

    /** The ordinal of the vector that represents {@code node}. */
    int vector(int node) {
        return (int) representatives.get(node);
    }

    /**
     * Passes the ordinals of the accepted vectors of {@code node} to {@code consumer}, in increasing order.
     *
     * @param accepted by ordinal of a vector; null accepts all
     * @param limit the most ordinals to pass
     */
    void forEach(int node, Bits accepted, int limit, IntConsumer consumer) {
        long next = firstDuplicates.get(node);
        long end = firstDuplicates.get(node + 1L);
        int representative = vector(node); // -1 once it was merged into the sequence of duplicates
        int passed = 0;
        while (passed < limit && (representative >= 0 || next < end)) {
            int vector = next < end ? (int) duplicates.get(next) : representative;
            if (representative >= 0 && representative <= vector) {
                vector = representative;
                representative = -1;
            } else {
                next++;
            }
            if (accepted == null || accepted.get(vector)) {
                consumer.accept(vector);
                passed++;
            }
        }
    }

    /** The number of accepted vectors of {@code node}, but at most {@code limit}; null accepts all. */
    int count(int node, Bits accepted, int limit) {
        long first = firstDuplicates.get(node);
        long end = firstDuplicates.get(node + 1L);
        if (accepted == null) {
            return (int) Math.min(limit, 1 + end - first);
        }
        int count = accepted.get(vector(node)) ? 1 : 0;
        for (long i = first; i < end && count < limit; i++) {
            count += accepted.get((int) duplicates.get(i)) ? 1 : 0;
        }
        return count;
    }

    /** The nodes of which at least one vector is accepted; null accepts all. */
    Bits acceptedNodes(Bits accepted) {
        return accepted == null ? null : new AcceptedNodes(accepted);
    }

    private final class AcceptedNodes implements Bits {
        private final Bits accepted;

        AcceptedNodes(Bits accepted) {
            this.accepted = accepted;
        }

        @Override
        public boolean get(int node) {
            return count(node, accepted, 1) > 0;
        }

        @Override
        public int length() {
            return size;
        }
    }
}
