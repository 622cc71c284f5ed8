/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;

/**
 * Lucene's codec {@value #DELEGATE}, except that {@link SplitSource split} documents are restored when they are read.
 * It has a name of its own, by which Lucene finds it to read such segments.
 */
public final class SplitSourceCodec extends FilterCodec {

    /** The name in the index. It never changes. */
    public static final String NAME = "EmbeddingSearchSource104";

    private static final String DELEGATE = "Lucene104";

    private final StoredFieldsFormat storedFields;

    /** For reading; {@link java.util.ServiceLoader} uses it. */
    public SplitSourceCodec() {
        this(new Lucene104Codec());
    }

    /**
     * For writing.
     *
     * @param delegate writes everything; must be named {@value #DELEGATE}, since segments do not record it
     * @throws IllegalArgumentException if the delegate has another name
     */
    public SplitSourceCodec(Codec delegate) {
        super(NAME, delegate);
        if (!supports(delegate)) {
            throw new IllegalArgumentException("documents are stored without vectors by codec [" + DELEGATE
                    + "] only, got [" + delegate.getName() + "]");
        }
        this.storedFields = new SplitSourceFormat(delegate.storedFieldsFormat(), this::knnVectorsFormat);
    }

    /** Whether a codec can be the delegate. */
    public static boolean supports(Codec delegate) {
        return delegate.getName().equals(DELEGATE);
    }

    @Override
    public StoredFieldsFormat storedFieldsFormat() {
        return storedFields;
    }
}
