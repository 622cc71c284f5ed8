/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.zstd;

import java.util.Set;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene90.compressing.Lucene90CompressingStoredFieldsFormat;
import org.opensearch.index.codec.CodecAliases;

/** The codec of another, but documents are compressed with zstd. */
public final class ZstdCodec extends FilterCodec implements CodecAliases {

    /** In segments. */
    static final String NAME = "ZstdForTests";

    /** In {@code index.codec}. */
    static final String ALIAS = "zstd";

    private static final int CHUNK_BYTES = 128 * 1024;
    private static final int CHUNK_DOCUMENTS = 1024;
    private static final int BLOCK_SHIFT = 10;

    private final StoredFieldsFormat storedFields = new Lucene90CompressingStoredFieldsFormat(
            NAME, new ZstdCompression(), CHUNK_BYTES, CHUNK_DOCUMENTS, BLOCK_SHIFT);

    /** For reading, by name. */
    public ZstdCodec() {
        this(new Lucene104Codec());
    }

    ZstdCodec(Codec delegate) {
        super(NAME, delegate);
    }

    @Override
    public StoredFieldsFormat storedFieldsFormat() {
        return storedFields;
    }

    @Override
    public Set<String> aliases() {
        return Set.of(ALIAS);
    }
}
