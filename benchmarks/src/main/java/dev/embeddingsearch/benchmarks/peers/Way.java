/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;

/**
 * A way to ask a question.
 *
 * @param size how many hits are asked for
 * @param depth how many results of each leg the peer fuses, its {@code pagination_depth}; 0 for its default, which is the
 *     size. Our query has no such limit
 */
record Way(Kind kind, int size, int depth) {

    /** How long lists of nearest are that are fused. */
    static final int NEAREST = 100;

    /** What is searched, and how it is fused. */
    enum Kind {
        WORDS("BM25"),
        VECTOR("kNN"),
        SCORES("hybrid by scores"),
        RANKS("hybrid by ranks (RRF)");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        boolean isFused() {
            return this == SCORES || this == RANKS;
        }
    }

    Way withoutDepth() {
        return new Way(kind, size, 0);
    }

    /** In the order of reports. */
    static List<Way> all() {
        List<Way> ways = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            ways.add(new Way(kind, 10, 0));
            if (kind.isFused()) {
                ways.add(new Way(kind, 10, NEAREST));
            }
            ways.add(new Way(kind, 100, 0));
        }
        return ways;
    }

    String title() {
        return kind.title + ", " + (kind == Kind.VECTOR ? "k " + size : size + " hits")
                + (depth == 0 ? "" : ", depth " + depth);
    }
}
