/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import java.util.Map;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Reads float vectors in another way than the reader of the stored vectors. */
public abstract class FilterFlatVectorsReader extends ScoringFlatVectorsReader {
    protected final FlatVectorsReader delegate;

    protected FilterFlatVectorsReader(FlatVectorsReader delegate, FlatVectorsScorer scorer) {
        super(scorer);
        this.delegate = delegate;
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
        return delegate.getByteVectorValues(field);
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(String field, float[] target) throws IOException {
        return delegate.getRandomVectorScorer(field, target);
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(String field, byte[] target) throws IOException {
        return delegate.getRandomVectorScorer(field, target);
    }

    @Override
    public void checkIntegrity() throws IOException {
        delegate.checkIntegrity();
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
        return delegate.getOffHeapByteSize(field);
    }

    @Override
    public long ramBytesUsed() {
        return RamUsageEstimator.shallowSizeOf(this) + delegate.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        delegate.close();
    }
}
