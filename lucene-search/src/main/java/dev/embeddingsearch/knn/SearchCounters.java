/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the searches of one query cost; to be read when they are over. */
public final class SearchCounters {

    /** What is counted. */
    public enum Count {
        /** Vectors that the kNN search visited. */
        KNN_VECTORS_VISITED,
        /** Documents whose lexical score was computed. */
        LEXICAL_DOCUMENTS_SCORED,
        /** Documents that their lexical score ruled out, so that their vector was not read. */
        DOCUMENTS_PRUNED,
        /** Quantized vectors that were compared to find out whether their document may be competitive. */
        ESTIMATED_SIMILARITIES,
        /** Stored vectors that were compared to score a document exactly. */
        EXACT_SIMILARITIES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The counters of one thread. */
    public static final class Part {
        private long visited;
        private long scored;
        private long pruned;
        private long estimated;
        private long compared;

        public void add(Count count, long amount) {
            switch (count) {
                case KNN_VECTORS_VISITED -> visited += amount;
                case LEXICAL_DOCUMENTS_SCORED -> scored += amount;
                case DOCUMENTS_PRUNED -> pruned += amount;
                case ESTIMATED_SIMILARITIES -> estimated += amount;
                case EXACT_SIMILARITIES -> compared += amount;
            }
        }

        private long get(Count count) {
            return switch (count) {
                case KNN_VECTORS_VISITED -> visited;
                case LEXICAL_DOCUMENTS_SCORED -> scored;
                case DOCUMENTS_PRUNED -> pruned;
                case ESTIMATED_SIMILARITIES -> estimated;
                case EXACT_SIMILARITIES -> compared;
            };
        }

        public void add(Count count) {
            add(count, 1);
        }
    }

    private final Collection<Part> parts = new ConcurrentLinkedQueue<>();

    public Part part() {
        Part part = new Part();
        parts.add(part);
        return part;
    }

    /** The sum over all segments searched so far. */
    public long get(Count count) {
        return parts.stream().mapToLong(part -> part.get(count)).sum();
    }
}
