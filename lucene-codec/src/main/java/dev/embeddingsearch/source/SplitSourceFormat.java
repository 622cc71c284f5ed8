/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.function.Supplier;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.codecs.StoredFieldsWriter;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.IOUtils;

/**
 * Stored fields in the files of another format. Reading restores the field {@value #SOURCE} of {@link SplitSource
 * split} documents from the vectors of the segment; merges copy it as it is stored.
 */
final class SplitSourceFormat extends StoredFieldsFormat {

    /** The one field that may be stored without its vectors. */
    static final String SOURCE = "_source";

    private final StoredFieldsFormat delegate;
    private final Supplier<KnnVectorsFormat> vectorsFormat;

    SplitSourceFormat(StoredFieldsFormat delegate, Supplier<KnnVectorsFormat> vectorsFormat) {
        this.delegate = delegate;
        this.vectorsFormat = vectorsFormat;
    }

    /**
     * Opens the vectors of the segment together with its stored fields: later, their files might be deleted by a merge
     * while a reader still uses the segment.
     */
    @Override
    public StoredFieldsReader fieldsReader(
            Directory directory, SegmentInfo segment, FieldInfos fields, IOContext context) throws IOException {
        StoredFieldsReader stored = delegate.fieldsReader(directory, segment, fields, context);
        if (!fields.hasVectorValues()) {
            return stored;
        }
        try {
            SegmentReadState state = new SegmentReadState(directory, segment, fields, context);
            KnnVectorsReader vectors = vectorsFormat.get().fieldsReader(state);
            return new JoinedSourceReader(stored, vectors, fields);
        } catch (Throwable t) {
            IOUtils.closeWhileSuppressingExceptions(t, stored);
            throw t;
        }
    }

    @Override
    public StoredFieldsWriter fieldsWriter(Directory directory, SegmentInfo segment, IOContext context)
            throws IOException {
        return new SplitSourceWriter(delegate.fieldsWriter(directory, segment, context));
    }

    @Override
    public String toString() {
        return "SplitSourceFormat(" + delegate + ")";
    }
}
