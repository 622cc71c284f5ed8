/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import dev.embeddingsearch.mapper.EmbeddingFieldType;
import dev.embeddingsearch.mapper.EmbeddingParameters;
import dev.embeddingsearch.mapper.VectorIndexOptions;
import dev.embeddingsearch.vectors.EmbeddingVectorsFormat;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperService;

/** A codec that writes {@code embedding} fields in our vectors formats, and delegates everything else. */
final class EmbeddingCodec extends FilterCodec {

    private final KnnVectorsFormat vectors;

    /**
     * Which threads build a graph.
     *
     * @param merge the number of those of a merge, at least 1
     * @param flush those of a flush
     */
    record Threads(int merge, GraphThreads flush) {}

    /**
     * @param delegate a codec with a vectors format per field, so that readers find ours by its name
     * @param threads build graphs
     */
    EmbeddingCodec(Codec delegate, MapperService mapperService, Threads threads) {
        super(delegate.getName(), delegate);
        this.vectors = new PerField((PerFieldKnnVectorsFormat) delegate.knnVectorsFormat(), mapperService, threads);
    }

    @Override
    public KnnVectorsFormat knnVectorsFormat() {
        return vectors;
    }

    private static final class PerField extends PerFieldKnnVectorsFormat {
        private final PerFieldKnnVectorsFormat others;
        private final MapperService mapperService;
        private final Threads threads;
        /** One instance for all fields of the same layout, since Lucene writes one set of files for each instance. */
        private final Map<Layout, KnnVectorsFormat> ours = new ConcurrentHashMap<>();

        PerField(PerFieldKnnVectorsFormat others, MapperService mapperService, Threads threads) {
            this.others = others;
            this.mapperService = mapperService;
            this.threads = threads;
        }

        @Override
        public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            MappedFieldType type = mapperService.fieldType(field);
            if (type != null && type.unwrap() instanceof EmbeddingFieldType embedding) {
                return ours.computeIfAbsent(Layout.of(embedding.parameters()), layout -> layout.format(threads));
            }
            return others.getKnnVectorsFormatForField(field);
        }
    }

    /** Everything that the format of a field depends on. */
    private record Layout(VectorIndexOptions options, Quantization quantization, int dimensions) {

        static Layout of(EmbeddingParameters parameters) {
            Quantization quantization = parameters.quantization();
            boolean flat =
                    VectorIndexOptions.FLAT.equals(parameters.indexOptions().type());
            boolean anyLength = flat || quantization == Quantization.NONE;
            return new Layout(
                    parameters.indexOptions(),
                    quantization,
                    anyLength ? 0 : parameters.model().dimensions());
        }

        KnnVectorsFormat format(Threads threads) {
            boolean flat = VectorIndexOptions.FLAT.equals(options.type());
            if (quantization == Quantization.NONE) {
                EmbeddingVectorsFormat format = flat
                        ? EmbeddingVectorsFormat.flat()
                        : EmbeddingVectorsFormat.hnsw(options.m(), options.efConstruction());
                return format.withMergeWorkers(threads.merge());
            }
            QuantizedVectorsFormat format = flat
                    ? QuantizedVectorsFormat.flat(quantization)
                    : QuantizedVectorsFormat.hnsw(quantization, dimensions, options.m(), options.efConstruction());
            return format.withPrecision(options.storage())
                    .withMergeWorkers(threads.merge())
                    .withFlushThreads(threads.flush().helpers(), threads.flush().count());
        }
    }
}
