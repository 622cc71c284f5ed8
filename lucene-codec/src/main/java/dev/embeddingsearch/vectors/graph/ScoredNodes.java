/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import org.apache.lucene.util.ArrayUtil;

/** A growing list of graph nodes with their scores, in the order in which they were scored. */
final class ScoredNodes {
    private int[] nodes;
    private float[] scores;
    private int size;

    ScoredNodes(int initialCapacity) {
        nodes = new int[initialCapacity];
        scores = new float[initialCapacity];
    }

    void add(int node, float score) {
        nodes = ArrayUtil.grow(nodes, size + 1);
        scores = ArrayUtil.grow(scores, nodes.length);
        nodes[size] = node;
        scores[size++] = score;
    }

    int size() {
        return size;
    }

    int node(int i) {
        return nodes[i];
    }

    float score(int i) {
        return scores[i];
    }
}
