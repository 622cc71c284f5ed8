/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.graph;

import java.io.IOException;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;

/**
 * Restricts a source segment of a merge to the documents whose vectors become nodes of the merged graph. Lucene's graph
 * mergers iterate over these documents to map the nodes of a source graph to those of the merged one; they never read
 * the vectors here, but score them through {@link NodeScorer}.
 */
final class DistinctVectorsReader extends KnnVectorsReader implements HnswGraphProvider {
    private final KnnVectorsReader reader;
    private final FixedBitSet kept;
    private final HnswGraph graph;

    /**
     * @param kept ordinals of the vectors that become nodes
     * @param graph the segment's graph with exactly these vectors as nodes, or an empty one
     */
    DistinctVectorsReader(KnnVectorsReader reader, FixedBitSet kept, HnswGraph graph) {
        this.reader = reader;
        this.kept = kept;
        this.graph = graph;
    }

    @Override
    public HnswGraph getGraph(String field) {
        return graph;
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        return new Values(reader.getFloatVectorValues(field), kept);
    }

    /** Vectors restricted to some of their ordinals; iterating over their documents numbers them without gaps. */
    static final class Values extends FloatVectorValues {
        private final FloatVectorValues all;
        private final FixedBitSet kept;
        private final int size;

        Values(FloatVectorValues all, FixedBitSet kept) {
            this.all = all;
            this.kept = kept;
            this.size = kept.cardinality();
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int dimension() {
            return all.dimension();
        }

        @Override
        public DocIndexIterator iterator() {
            return new Documents(all.iterator(), kept);
        }

        @Override
        public float[] vectorValue(int ord) {
            throw onlyGraphs();
        }

        @Override
        public FloatVectorValues copy() {
            throw onlyGraphs();
        }
    }

    private static final class Documents extends DocIndexIterator {
        private final DocIndexIterator all;
        private final FixedBitSet kept;
        private int index = -1;

        Documents(DocIndexIterator all, FixedBitSet kept) {
            this.all = all;
            this.kept = kept;
        }

        @Override
        public int docID() {
            return all.docID();
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public int nextDoc() throws IOException {
            for (int document = all.nextDoc(); document != NO_MORE_DOCS; document = all.nextDoc()) {
                if (kept.get(all.index())) {
                    index++;
                    return document;
                }
            }
            return NO_MORE_DOCS;
        }

        @Override
        public int advance(int target) throws IOException {
            return slowAdvance(target);
        }

        @Override
        public long cost() {
            return all.cost();
        }
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) {
        throw onlyGraphs();
    }

    @Override
    public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs) {
        throw onlyGraphs();
    }

    @Override
    public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs) {
        throw onlyGraphs();
    }

    private static UnsupportedOperationException onlyGraphs() {
        return new UnsupportedOperationException("distinct vectors are there for graphs to be merged only");
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
        return Map.of();
    }

    @Override
    public void checkIntegrity() throws IOException {
        reader.checkIntegrity();
    }

    /** Does nothing: the merge closes the readers that it opened. */
    @Override
    public void close() {}
}
