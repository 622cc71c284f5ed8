/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.mapper.EmbeddingFieldType;
import dev.embeddingsearch.mapper.VectorsInSource;
import dev.embeddingsearch.source.UnreadVectors;
import java.util.Set;
import java.util.TreeSet;
import org.opensearch.common.settings.Setting;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.mapper.DocumentMapper;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.shard.SearchOperationListener;
import org.opensearch.search.fetch.subphase.InnerHitsContext.InnerHitSubContext;
import org.opensearch.search.internal.SearchContext;

/**
 * Leaves vectors out of the {@code _source} of hits where the request has no {@code _source} parameter. Only vectors that can
 * be made again from {@code source_fields} are left out. Vectors that the user has supplied stay, since programs that copy
 * documents by scrolling rarely set {@code _source}. For {@code _reindex} and the like see {@link WholeDocuments}.
 */
public final class HitsWithoutVectors implements SearchOperationListener {

    /** Whether searches without a {@code _source} parameter return vectors. */
    public static final Setting<Boolean> VECTORS_IN_HITS = Setting.boolSetting(
            "index.embedding.vectors_in_hits", false, Setting.Property.IndexScope, Setting.Property.Dynamic);

    private volatile Fields fields = Fields.NONE;

    /**
     * The fields of one version of the index's mapping.
     *
     * @param embedded those whose vectors are left out
     * @param all with those that the user fills
     */
    private record Fields(DocumentMapper mapping, Set<String> embedded, Set<String> all) {

        static final Fields NONE = new Fields(null, Set.of(), Set.of());

        static Fields of(DocumentMapper mapping, MapperService mapperService) {
            Set<String> embedded = new TreeSet<>();
            Set<String> all = new TreeSet<>();
            for (MappedFieldType type : mapperService.fieldTypes()) {
                if (type.unwrap() instanceof EmbeddingFieldType embedding) {
                    all.add(type.name());
                    if (!embedding.parameters().sourceFields().isEmpty()) {
                        embedded.add(type.name());
                    }
                }
            }
            return new Fields(mapping, embedded, all);
        }
    }

    @Override
    public void onPreFetchPhase(SearchContext context) {
        Fields known = fields(context.mapperService());
        IndexSettings index = context.indexShard().indexSettings();
        if (!known.embedded().isEmpty() && !index.getValue(VECTORS_IN_HITS)) {
            leaveOut(known.embedded(), context);
        }
        if (!known.all().isEmpty() && VectorsInSource.isLeftOut(index.getSettings())) {
            UnreadVectors.set(UnreadInHits.of(context, known.all()));
        }
    }

    @Override
    public void onFetchPhase(SearchContext context, long tookInNanos) {
        UnreadVectors.clear();
    }

    @Override
    public void onFailedFetchPhase(SearchContext context) {
        UnreadVectors.clear();
    }

    private Fields fields(MapperService mapperService) {
        DocumentMapper mapping = mapperService.documentMapper();
        if (mapping == null || !mapping.sourceMapper().enabled()) {
            return Fields.NONE;
        }
        Fields known = fields;
        if (!mapping.equals(known.mapping())) {
            known = Fields.of(mapping, mapperService);
            fields = known;
        }
        return known;
    }

    private static void leaveOut(Set<String> vectors, SearchContext context) {
        boolean wholeByDefault =
                !context.hasFetchSourceContext() && !context.hasScriptFields() && context.storedFieldsContext() == null;
        if (wholeByDefault) {
            context.fetchSourceContext(new WithoutVectors(vectors));
        }
        if (context.innerHits() != null) {
            for (InnerHitSubContext inner : context.innerHits().getInnerHits().values()) {
                leaveOut(vectors, inner);
            }
        }
    }
}
