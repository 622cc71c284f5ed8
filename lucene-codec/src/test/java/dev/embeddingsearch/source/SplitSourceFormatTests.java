/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.tests.index.BaseStoredFieldsFormatTestCase;
import org.apache.lucene.util.BytesRef;

/** Lucene's suite for stored fields formats. */
public class SplitSourceFormatTests extends BaseStoredFieldsFormatTestCase {

    @Override
    protected Codec getCodec() {
        return new SplitSourceCodec(new Lucene104Codec(
                random().nextBoolean() ? Lucene104Codec.Mode.BEST_SPEED : Lucene104Codec.Mode.BEST_COMPRESSION));
    }

    /** Adds a document whose vector is removed from its source. */
    @Override
    protected void addRandomFields(Document document) {
        super.addRandomFields(document);
        float[] vector = {random().nextFloat(), 1};
        BytesRef source = new BytesRef("{\"v\":[" + vector[0] + ",1]}");
        SplitSource.VectorSpan cut = new SplitSource.VectorSpan("v", 5, source.length - 1, vector, vector);
        document.add(new KnnFloatVectorField("v", vector));
        try {
            document.add(new StoredField(SplitSourceFormat.SOURCE, SplitSource.split(source, List.of(cut))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A merged graph may differ from the one that was merged. */
    @Override
    protected Collection<String> excludedExtensionsFromByteCounts() {
        Set<String> excluded = new HashSet<>(super.excludedExtensionsFromByteCounts());
        excluded.addAll(List.of("vex", "vem"));
        return excluded;
    }
}
