/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.tests.index.BaseStoredFieldsFormatTestCase;

/** Everything that stored fields must do. */
public class SplitSourceFormatTests extends BaseStoredFieldsFormatTestCase {

    @Override
    protected Codec getCodec() {
        return new SplitSourceCodec(new Lucene104Codec(
                random().nextBoolean() ? Lucene104Codec.Mode.BEST_SPEED : Lucene104Codec.Mode.BEST_COMPRESSION));
    }
}
