/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.lucene104.Lucene104ScalarQuantizedVectorScorer;
import org.apache.lucene.codecs.lucene104.QuantizedByteVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Lucene's comparison of codes, which first touches all codes of a batch. They lie scattered over a memory-mapped file:
 * one after the other, each comparison waits for memory; touched together, the processor fetches many at a time.
 */
final class PrefetchingVectorScorer extends Lucene104ScalarQuantizedVectorScorer {

    /** Bytes that a processor fetches at a time. */
    private static final int LINE = 64;

    /** Behind so many lines in a row the processor fetches the next ones by itself. */
    private static final int MOST_LINES = 8;

    /** Lucene keeps three floats and an int behind each code. */
    private static final int CORRECTION_BYTES = 3 * Float.BYTES + Integer.BYTES;

    PrefetchingVectorScorer() {
        super(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(
            VectorSimilarityFunction similarity, KnnVectorValues values, float[] target) throws IOException {
        RandomVectorScorer scorer = super.getRandomVectorScorer(similarity, values, target);
        return values instanceof QuantizedByteVectorValues codes && codes.getSlice() instanceof MemorySegmentAccessInput
                ? new Batches(scorer, codes, (RandomAccessInput) codes.getSlice())
                : scorer;
    }

    private static final class Batches extends RandomVectorScorer.AbstractRandomVectorScorer {
        private final RandomVectorScorer scorer;
        private final RandomAccessInput file;
        private final int bytes;
        private int touched;

        Batches(RandomVectorScorer scorer, QuantizedByteVectorValues codes, RandomAccessInput file) {
            super(codes);
            this.scorer = scorer;
            this.file = file;
            this.bytes = codes.getScalarEncoding().getDocPackedLength(codes.dimension()) + CORRECTION_BYTES;
        }

        @Override
        public float score(int node) throws IOException {
            return scorer.score(node);
        }

        @Override
        public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
            touch(nodes, numNodes);
            return scorer.bulkScore(nodes, scores, numNodes);
        }

        /** The sum keeps the reads from being optimised away. */
        private void touch(int[] nodes, int count) throws IOException {
            int sum = 0;
            for (int i = 0; i < count; i++) {
                long start = (long) nodes[i] * bytes;
                long end = start + Math.min(bytes, MOST_LINES * LINE);
                for (long position = start; position < end; position += LINE) {
                    sum += file.readByte(position);
                }
            }
            touched = sum;
        }

        @Override
        public String toString() {
            return "prefetching " + scorer + (touched == 0 ? "" : ", used");
        }
    }
}
