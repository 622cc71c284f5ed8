/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.mapper.EmbeddingFieldType;
import java.util.Set;
import java.util.TreeSet;
import org.opensearch.common.settings.Setting;
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

    private volatile Fields fields = new Fields(null, Set.of());

    /** The fields whose vectors are left out, for one version of the index's mapping. */
    private record Fields(DocumentMapper mapping, Set<String> paths) {

        static Fields of(DocumentMapper mapping, MapperService mapperService) {
            Set<String> paths = new TreeSet<>();
            for (MappedFieldType type : mapperService.fieldTypes()) {
                if (type.unwrap() instanceof EmbeddingFieldType embedding
                        && !embedding.parameters().sourceFields().isEmpty()) {
                    paths.add(type.name());
                }
            }
            return new Fields(mapping, paths);
        }
    }

    @Override
    public void onPreFetchPhase(SearchContext context) {
        Set<String> vectors = fields(context.mapperService());
        if (!vectors.isEmpty() && !context.indexShard().indexSettings().getValue(VECTORS_IN_HITS)) {
            leaveOut(vectors, context);
        }
    }

    private Set<String> fields(MapperService mapperService) {
        DocumentMapper mapping = mapperService.documentMapper();
        if (mapping == null || !mapping.sourceMapper().enabled()) {
            return Set.of();
        }
        Fields known = fields;
        if (!mapping.equals(known.mapping())) {
            known = Fields.of(mapping, mapperService);
            fields = known;
        }
        return known.paths();
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
