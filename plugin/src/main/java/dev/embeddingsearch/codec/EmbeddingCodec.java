/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import dev.embeddingsearch.lucene.EmbeddingVectorsFormat;
import dev.embeddingsearch.mapper.EmbeddingFieldType;
import dev.embeddingsearch.mapper.VectorIndexOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperService;

/** A codec that writes {@code embedding} fields in our format and everything else as its delegate does. */
final class EmbeddingCodec extends FilterCodec {

    private final KnnVectorsFormat vectors;

    /**
     * @param delegate a codec whose vectors format is chosen per field, so that a reader finds ours by its name
     */
    EmbeddingCodec(Codec delegate, MapperService mapperService) {
        super(delegate.getName(), delegate);
        this.vectors = new PerField((PerFieldKnnVectorsFormat) delegate.knnVectorsFormat(), mapperService);
    }

    @Override
    public KnnVectorsFormat knnVectorsFormat() {
        return vectors;
    }

    private static final class PerField extends PerFieldKnnVectorsFormat {
        private final PerFieldKnnVectorsFormat others;
        private final MapperService mapperService;
        /** One instance for all fields of the same options: Lucene writes a set of files for each instance. */
        private final Map<VectorIndexOptions, KnnVectorsFormat> ours = new ConcurrentHashMap<>();

        PerField(PerFieldKnnVectorsFormat others, MapperService mapperService) {
            this.others = others;
            this.mapperService = mapperService;
        }

        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            MappedFieldType type = mapperService.fieldType(field);
            if (type != null && type.unwrap() instanceof EmbeddingFieldType embedding) {
                return ours.computeIfAbsent(embedding.parameters().indexOptions(), PerField::format);
            }
            return others.getKnnVectorsFormatForField(field);
        }

        private static KnnVectorsFormat format(VectorIndexOptions options) {
            return VectorIndexOptions.FLAT.equals(options.type())
                    ? EmbeddingVectorsFormat.flat()
                    : EmbeddingVectorsFormat.hnsw(options.m(), options.efConstruction());
        }
    }
}
