/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;

/**
 * Lucene's codec {@value #DELEGATE}, but documents whose vectors were {@link SplitSource taken out} are read whole. It has
 * a name of its own, so that segments are read by it, whoever opens them.
 */
public final class SplitSourceCodec extends FilterCodec {

    /** Found in segments: never changes. */
    public static final String NAME = "EmbeddingSearchSource104";

    private static final String DELEGATE = "Lucene104";

    private final StoredFieldsFormat storedFields;

    /** For reading, by name. */
    public SplitSourceCodec() {
        this(new Lucene104Codec());
    }

    /**
     * For writing.
     *
     * @param delegate the codec of everything else, by whose name its segments are read
     */
    public SplitSourceCodec(Codec delegate) {
        super(NAME, delegate);
        if (!delegate.getName().equals(DELEGATE)) {
            throw new IllegalArgumentException("documents are stored without vectors by codec [" + DELEGATE
                    + "] only, got [" + delegate.getName() + "]");
        }
        this.storedFields = new SplitSourceFormat(delegate.storedFieldsFormat(), this::knnVectorsFormat);
    }

    @Override
    public StoredFieldsFormat storedFieldsFormat() {
        return storedFields;
    }
}
