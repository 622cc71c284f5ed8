/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Counts what the searches of one query did; to be read when they are over. */
public final class SearchCounters {

    /** What is counted. */
    public enum Count {
        /** Vectors that the kNN search looked at. */
        KNN_VECTORS_VISITED,
        /** Documents whose lexical score was computed. */
        LEXICAL_DOCUMENTS_SCORED,
        /** Documents whose lexical score was computed and ruled them out, so that their vector was not read. */
        DOCUMENTS_PRUNED,
        /** Codes of vectors compared with the query's to see whether their document may compete. */
        ESTIMATED_SIMILARITIES,
        /** Stored vectors compared with the query's to score a document exactly. */
        EXACT_SIMILARITIES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Counts for one thread. */
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
