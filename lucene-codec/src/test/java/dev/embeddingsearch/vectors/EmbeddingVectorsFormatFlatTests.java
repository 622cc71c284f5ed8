/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Lucene's suite for vectors formats, without any graph. */
public class EmbeddingVectorsFormatFlatTests extends BaseKnnVectorsFormatTestCase {
    @Override
    protected Codec getCodec() {
        return TestUtil.alwaysKnnVectorsFormat(EmbeddingVectorsFormat.flat());
    }

    @Override
    protected boolean supportsFloatVectorFallback() {
        return false;
    }
}
