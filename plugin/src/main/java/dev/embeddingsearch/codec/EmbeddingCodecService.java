/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codec;

import dev.embeddingsearch.mapper.CodecOwner;
import dev.embeddingsearch.mapper.VectorsInSource;
import dev.embeddingsearch.source.SplitSourceCodec;
import java.util.Optional;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.index.mapper.MapperService;

/** The codecs of OpenSearch's default service under their own names, with our formats for {@code embedding} fields. */
public final class EmbeddingCodecService extends CodecService {

    private final MapperService mapperService;
    private final IndexSettings indexSettings;
    private final EmbeddingCodec.Threads threads;

    EmbeddingCodecService(CodecServiceConfig config, GraphThreads flush) {
        super(config.getMapperService(), config.getIndexSettings(), config.getLogger(), config.getAdditionalCodecs());
        this.mapperService = config.getMapperService();
        this.indexSettings = config.getIndexSettings();
        // A merge has a thread of its own, and the merge scheduler keeps one for the next merge.
        int mergeWorkers =
                Math.max(1, config.getIndexSettings().getMergeSchedulerConfig().getMaxThreadCount() - 1);
        this.threads = new EmbeddingCodec.Threads(mergeWorkers, flush);
    }

    /**
     * The factory for an index. It is empty if another plugin is known to supply the codec: k-NN for {@code index.knn},
     * neural-search for {@code index.sparse}. OpenSearch allows one factory for an index.
     *
     * @param flush build the graphs of flushed segments
     */
    public static Optional<CodecServiceFactory> factory(Settings indexSettings, GraphThreads flush) {
        return CodecOwner.claim(indexSettings).isPresent()
                ? Optional.empty()
                : Optional.of(config -> new EmbeddingCodecService(config, flush));
    }

    /**
     * The named codec. Segments have its name, so that they can be opened without this service; with documents that are stored
     * without their vectors, they have the name of {@link SplitSourceCodec}.
     */
    @Override
    public Codec codec(String name) {
        Codec codec = super.codec(name);
        if (mapperService == null) {
            return codec;
        }
        boolean perField = codec.knnVectorsFormat() instanceof PerFieldKnnVectorsFormat;
        boolean leftOut = VectorsInSource.isLeftOutOfShard(
                indexSettings, mapperService, perField && SplitSourceCodec.supports(codec));
        if (!perField) {
            return codec;
        }
        Codec ours = new EmbeddingCodec(codec, mapperService, threads);
        return leftOut ? new SplitSourceCodec(ours) : ours;
    }
}
