/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter.MergedVectorValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * Which vectors of a field are there more than once in the segment that a merge writes, and which copy represents each in
 * the graph: one that is a node already, where the merge starts from that graph.
 *
 * <p>All vectors are read once and hashed, and copies once more to be compared. On the heap are at most 32 bytes for each
 * vector meanwhile, a fraction of what their graph takes.
 */
final class MergedCopies {
    /** A graph that would lose a larger part of its nodes is no help. */
    private static final double MOST_GIVEN_UP = .25;

    private final MergeState state;
    private final List<Segment> segments;
    private final int[] representatives;

    private MergedCopies(MergeState state, List<Segment> segments, int[] representatives) {
        this.state = state;
        this.segments = segments;
        this.representatives = representatives;
    }

    /**
     * Reads the vectors.
     *
     * @param state with our own readers where there are any
     * @return null where no vector is there twice, or there will be no graph
     */
    static MergedCopies find(String field, MergeState state, GraphOptions graph) throws IOException {
        List<Segment> segments = segments(field, state);
        long most =
                segments.stream().mapToLong(segment -> segment.values.size()).sum();
        if (segments.isEmpty() || !graph.worthwhile((int) most)) {
            return null;
        }
        int[] first = firstOfEach(segments, state, (int) most);
        if (first == null || !graph.worthwhile(first.length) || !compare(segments, first)) {
            return null;
        }
        int[] chosen = new int[first.length];
        for (int ordinal = 0; ordinal < chosen.length; ordinal++) {
            chosen[ordinal] = ordinal;
        }
        FixedBitSet claimed = new FixedBitSet(first.length);
        for (Segment segment : withGraphs(field, segments, state, graph)) {
            segment.claim(first, chosen, claimed);
        }
        for (int ordinal = 0; ordinal < first.length; ordinal++) {
            first[ordinal] = chosen[first[ordinal]];
        }
        return new MergedCopies(state, segments, first);
    }

    private static List<Segment> segments(String field, MergeState state) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < state.knnVectorsReaders.length; i++) {
            KnnVectorsReader reader = state.knnVectorsReaders[i];
            if (reader != null && MergedVectorValues.hasVectorValues(state.fieldInfos[i], field)) {
                FloatVectorValues values = reader.getFloatVectorValues(field);
                if (values != null) {
                    segments.add(new Segment(i, reader, values, reader.getFloatVectorValues(field), state.docMaps[i]));
                }
            }
        }
        return segments;
    }

    /** For each merged vector the first with the same hash; null where all hashes differ. */
    private static int[] firstOfEach(List<Segment> segments, MergeState state, int most) throws IOException {
        IdenticalVectors known = new IdenticalVectors(most);
        int[] first = null;
        int count = 0;
        DocIDMerger<Segment> merger = DocIDMerger.of(segments, state.needsIndexSort);
        for (Segment segment = merger.next(); segment != null; segment = merger.next()) {
            int earlier = known.putIfAbsent(segment.vector(), count);
            if (earlier >= 0 && first == null) {
                first = new int[most];
                for (int ordinal = 0; ordinal < most; ordinal++) {
                    first[ordinal] = ordinal;
                }
            }
            if (earlier >= 0) {
                first[count] = earlier;
            }
            segment.add(count++);
        }
        segments.forEach(Segment::end);
        return first == null ? null : Arrays.copyOf(first, count);
    }

    /** Makes a vector its own first whose bits are others; returns whether any is left that is not. */
    private static boolean compare(List<Segment> segments, int[] first) throws IOException {
        boolean copies = false;
        for (Segment segment : segments) {
            for (int i = 0; i < segment.count; i++) {
                int ordinal = segment.merged(i);
                if (first[ordinal] != ordinal) {
                    float[] vector = segment.values.vectorValue(segment.original(i));
                    if (Arrays.equals(vector, vector(segments, first[ordinal]))) {
                        copies = true;
                    } else {
                        first[ordinal] = ordinal;
                    }
                }
            }
        }
        return copies;
    }

    private static float[] vector(List<Segment> segments, int ordinal) throws IOException {
        for (Segment segment : segments) {
            int i = segment.find(ordinal);
            if (i >= 0) {
                return segment.others.vectorValue(segment.original(i));
            }
        }
        throw new IllegalArgumentException("expected an ordinal of a merged vector, got [" + ordinal + "]");
    }

    /**
     * Segments from whose graphs the merge may start, the largest first; none in which a vector may be a node twice, but
     * for what version 0.1 wrote.
     */
    private static List<Segment> withGraphs(
            String field, List<Segment> segments, MergeState state, GraphOptions options) throws IOException {
        List<Segment> candidates = new ArrayList<>();
        for (Segment segment : segments) {
            if (segment.reader instanceof NodeGraphReader ours && state.liveDocs[segment.number] == null) {
                HnswGraph graph = ours.nodeGraph(field);
                if (graph.size() > 0 && graph.maxConn() == options.m()) {
                    segment.graph = graph;
                    segment.nodes = ours.nodes(field);
                    candidates.add(segment);
                }
            }
        }
        candidates.sort(Comparator.comparingInt((Segment segment) -> segment.graph.size())
                .reversed());
        return candidates;
    }

    /** What is merged, all of it. */
    MergeState state() {
        return state;
    }

    int count() {
        return representatives.length;
    }

    /** For each merged vector the one that is a node of the graph. */
    int[] representatives() {
        return representatives;
    }

    /** For each node of the graph the vector that represents it. */
    int[] vectorOfNode() {
        int nodes = 0;
        for (int ordinal = 0; ordinal < representatives.length; ordinal++) {
            nodes += representatives[ordinal] == ordinal ? 1 : 0;
        }
        int[] vectors = new int[nodes];
        int node = 0;
        for (int ordinal = 0; ordinal < representatives.length; ordinal++) {
            if (representatives[ordinal] == ordinal) {
                vectors[node++] = ordinal;
            }
        }
        return vectors;
    }

    /** The merge as if there were only the vectors that are nodes. */
    MergeState distinct() {
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (Segment segment : segments) {
            FixedBitSet kept = new FixedBitSet(Math.max(1, segment.values.size()));
            for (int i = 0; i < segment.count; i++) {
                int ordinal = segment.merged(i);
                if (representatives[ordinal] == ordinal) {
                    kept.set(segment.original(i));
                }
            }
            readers[segment.number] =
                    new DistinctVectorsReader(segment.reader, kept, segment.claimed ? segment.graph : HnswGraph.EMPTY);
        }
        return DistinctGraphWriter.withReaders(state, readers);
    }

    private static final class Segment extends DocIDMerger.Sub {
        private final int number;
        private final KnnVectorsReader reader;
        private final FloatVectorValues values;
        /** The same, with an array of their own. */
        private final FloatVectorValues others;

        private final DocIndexIterator documents;
        private PackedLongValues.Builder mergedBuilder = PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
        private PackedLongValues.Builder originalBuilder = PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
        private PackedLongValues merged;
        private PackedLongValues original;
        private int count;
        private HnswGraph graph;
        private GraphNodes nodes;
        private boolean claimed;

        Segment(
                int number,
                KnnVectorsReader reader,
                FloatVectorValues values,
                FloatVectorValues others,
                MergeState.DocMap documents) {
            super(documents);
            this.number = number;
            this.reader = reader;
            this.values = values;
            this.others = others;
            this.documents = values.iterator();
        }

        @Override
        public int nextDoc() throws IOException {
            return documents.nextDoc();
        }

        float[] vector() throws IOException {
            return values.vectorValue(documents.index());
        }

        /** The current vector stays. */
        void add(int ordinal) {
            mergedBuilder.add(ordinal);
            originalBuilder.add(documents.index());
            count++;
        }

        void end() {
            merged = mergedBuilder.build();
            original = originalBuilder.build();
            mergedBuilder = null;
            originalBuilder = null;
        }

        /** The new ordinal of the i-th vector that stays. */
        int merged(int i) {
            return (int) merged.get(i);
        }

        /** Its ordinal in this segment. */
        int original(int i) {
            return (int) original.get(i);
        }

        /** The i of a new ordinal, as of a binary search. */
        int find(int ordinal) {
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int found = merged(middle);
                if (found == ordinal) {
                    return middle;
                }
                if (found < ordinal) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -1;
        }

        /**
         * Makes the nodes of the graph represent their vectors, but for the few that nodes of a larger graph represent. Of
         * the largest graph none is given up: the others are added to it.
         */
        void claim(int[] first, int[] chosen, FixedBitSet claimedVectors) {
            FixedBitSet own = new FixedBitSet(first.length);
            FixedBitSet kept = new FixedBitSet(graph.size());
            for (int node = 0; node < graph.size(); node++) {
                int vector = first[ordinal(node)];
                if (own.getAndSet(vector)) {
                    return;
                }
                if (!claimedVectors.get(vector)) {
                    kept.set(node);
                }
            }
            int left = kept.cardinality();
            if (graph.size() - left > graph.size() * MOST_GIVEN_UP) {
                return;
            }
            for (int node = 0; node < graph.size(); node++) {
                if (kept.get(node)) {
                    chosen[first[ordinal(node)]] = ordinal(node);
                }
            }
            claimedVectors.or(own);
            graph = left == graph.size() ? graph : new ThinnedGraph(graph, kept);
            claimed = true;
        }

        /** The new ordinal of the vector that represents a node: where graphs are reused, all vectors stay. */
        private int ordinal(int node) {
            return merged(nodes == null ? node : nodes.vector(node));
        }
    }
}
