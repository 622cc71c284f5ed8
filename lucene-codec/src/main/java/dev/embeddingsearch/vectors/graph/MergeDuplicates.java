/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import dev.embeddingsearch.vectors.flat.MergeStates;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter.MergedVectorValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.FixedBitSet;

/**
 * The duplicate vectors of one field in a merge: which vectors of the merged segment are equal, and which one of each
 * group represents it as a node of the graph. Where the merge starts from an existing graph, a vector that is a node of
 * that graph is chosen.
 *
 * <p>All vectors are read once and hashed; those whose hash was seen before are read again and compared. This needs up
 * to 32 bytes of heap for each vector during the merge, a fraction of what building their graph needs.
 */
final class MergeDuplicates {
    private final MergeState state;
    private final List<MergeSegment> segments;
    private final int[] representatives;

    private MergeDuplicates(MergeState state, List<MergeSegment> segments, int[] representatives) {
        this.state = state;
        this.segments = segments;
        this.representatives = representatives;
    }

    /**
     * Reads the vectors of {@code field} and finds the duplicates.
     *
     * @param state with a {@link NodeGraphReader} in place of the per-field reader wherever our formats wrote the
     *     segment
     * @return null if all vectors differ, or if the merged segment gets no graph
     */
    static MergeDuplicates find(String field, MergeState state, GraphOptions options) throws IOException {
        List<MergeSegment> segments = segments(field, state);
        int maxCount = (int) segments.stream().mapToLong(MergeSegment::size).sum();
        if (segments.isEmpty() || !options.buildsGraph(maxCount)) {
            return null;
        }
        int[] first = firstWithSameHash(segments, state, maxCount);
        if (first == null || !options.buildsGraph(first.length) || !keepEqual(segments, first)) {
            return null;
        }
        int[] chosen = identity(first.length);
        FixedBitSet claimed = new FixedBitSet(first.length);
        for (ReusableGraph graph : ReusableGraph.of(field, segments, state, options)) {
            graph.claim(first, chosen, claimed);
        }
        for (int ordinal = 0; ordinal < first.length; ordinal++) {
            first[ordinal] = chosen[first[ordinal]];
        }
        return new MergeDuplicates(state, segments, first);
    }

    private static List<MergeSegment> segments(String field, MergeState state) throws IOException {
        List<MergeSegment> segments = new ArrayList<>();
        for (int i = 0; i < state.knnVectorsReaders.length; i++) {
            KnnVectorsReader reader = state.knnVectorsReaders[i];
            if (reader != null
                    && MergedVectorValues.hasVectorValues(state.fieldInfos[i], field)
                    && reader.getFloatVectorValues(field) != null) {
                segments.add(new MergeSegment(i, reader, field, state));
            }
        }
        return segments;
    }

    /** For each merged vector the lowest ordinal of a vector with the same hash; null if all hashes differ. */
    private static int[] firstWithSameHash(List<MergeSegment> segments, MergeState state, int maxCount)
            throws IOException {
        VectorHashTable table = new VectorHashTable(maxCount);
        int[] first = null;
        int count = 0;
        DocIDMerger<MergeSegment> merger = DocIDMerger.of(segments, state.needsIndexSort);
        for (MergeSegment segment = merger.next(); segment != null; segment = merger.next()) {
            int earlier = table.putIfAbsent(segment.currentVector(), count);
            if (earlier >= 0) {
                first = first == null ? identity(maxCount) : first;
                first[count] = earlier;
            }
            segment.addMerged(count++);
        }
        segments.forEach(MergeSegment::finishMapping);
        return first == null ? null : Arrays.copyOf(first, count);
    }

    private static int[] identity(int length) {
        int[] ordinals = new int[length];
        Arrays.setAll(ordinals, ordinal -> ordinal);
        return ordinals;
    }

    /** Resolves hash collisions: a vector that differs from the first with its hash represents itself. */
    private static boolean keepEqual(List<MergeSegment> segments, int[] first) throws IOException {
        boolean anyEqual = false;
        for (MergeSegment segment : segments) {
            for (int i = 0; i < segment.mergedCount(); i++) {
                int ordinal = segment.mergedOrdinal(i);
                if (first[ordinal] != ordinal) {
                    if (Arrays.equals(segment.vector(i), vector(segments, first[ordinal]))) {
                        anyEqual = true;
                    } else {
                        first[ordinal] = ordinal;
                    }
                }
            }
        }
        return anyEqual;
    }

    private static float[] vector(List<MergeSegment> segments, int ordinal) throws IOException {
        for (MergeSegment segment : segments) {
            float[] vector = segment.findMerged(ordinal);
            if (vector != null) {
                return vector;
            }
        }
        throw new IllegalArgumentException("expected an ordinal of a merged vector, got [" + ordinal + "]");
    }

    /** The whole merge, with duplicates. */
    MergeState state() {
        return state;
    }

    /** The number of merged vectors, with duplicates. */
    int count() {
        return representatives.length;
    }

    /** For each merged vector, by ordinal, the ordinal of the equal vector that is a node of the graph. */
    int[] representatives() {
        return representatives;
    }

    /** For each node of the graph the ordinal of the vector that represents it, in increasing order. */
    int[] vectorOfNode() {
        int[] vectors = new int[representatives.length];
        int nodes = 0;
        for (int ordinal = 0; ordinal < representatives.length; ordinal++) {
            if (representatives[ordinal] == ordinal) {
                vectors[nodes++] = ordinal;
            }
        }
        return Arrays.copyOf(vectors, nodes);
    }

    /** Those of all merged vectors that are nodes. */
    FloatVectorValues nodes(FloatVectorValues vectors) {
        FixedBitSet nodes = new FixedBitSet(vectors.size());
        Arrays.stream(vectorOfNode()).forEach(nodes::set);
        return new DistinctVectorsReader.Values(vectors, nodes);
    }

    /** The merge restricted to the vectors that become nodes. */
    MergeState distinct() {
        KnnVectorsReader[] readers = state.knnVectorsReaders.clone();
        for (MergeSegment segment : segments) {
            FixedBitSet kept = new FixedBitSet(Math.max(1, segment.size()));
            for (int i = 0; i < segment.mergedCount(); i++) {
                int ordinal = segment.mergedOrdinal(i);
                if (representatives[ordinal] == ordinal) {
                    kept.set(segment.ordinal(i));
                }
            }
            readers[segment.index()] = new DistinctVectorsReader(segment.reader(), kept, segment.reusedGraph());
        }
        return MergeStates.withReaders(state, readers);
    }
}
