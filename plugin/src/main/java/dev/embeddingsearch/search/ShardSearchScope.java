/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.SearchScope;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.index.mapper.ObjectMapper;
import org.opensearch.index.query.QueryShardContext;

/**
 * The scope of one query of ours in the search of a shard. Its kNN search is restricted by the filter of the alias and by the
 * filters that others wrap around the user's query, such as rules of document-level security. Filters of the user's own query
 * around it do not restrict it. Neither do slices, so that all slices together return what the search without slices
 * returns.
 */
public final class ShardSearchScope implements SearchScope {

    private final ShardSearch search;
    /** The root documents, which filters apply to, if the query is on nested documents; otherwise null. */
    private final BitSetProducer wholeDocuments;
    /** The documents of the searched nesting level, if root and nested documents share the field; otherwise null. */
    private final Query type;

    private ShardSearchScope(ShardSearch search, BitSetProducer wholeDocuments, Query type) {
        this.search = search;
        this.wholeDocuments = wholeDocuments;
        this.type = type;
    }

    /**
     * The scope of a query on {@code field}.
     *
     * @param field the full name of the vector field; null for a query without vectors
     */
    public static SearchScope of(QueryShardContext context, String field) {
        BitSetProducer wholeDocuments = context.nestedScope().getObjectMapper() == null
                ? null
                : context.bitsetFilter(Queries.newNonNestedFilter());
        return ShardSearch.of(context)
                .<SearchScope>map(search -> new ShardSearchScope(search, wholeDocuments, type(context, field)))
                .orElse(ShardSearchScope::outsideSearches);
    }

    private static Query type(QueryShardContext context, String field) {
        if (field == null || !isShared(context, field)) {
            return null;
        }
        ObjectMapper scope = context.nestedScope().getObjectMapper();
        return scope == null ? Queries.newNonNestedFilter() : scope.nestedTypeFilter();
    }

    /** Whether a nested object above the field has {@code include_in_parent} or {@code include_in_root}. */
    private static boolean isShared(QueryShardContext context, String field) {
        for (int dot = field.lastIndexOf('.'); dot > 0; dot = field.lastIndexOf('.', dot - 1)) {
            ObjectMapper object = context.getObjectMapper(field.substring(0, dot));
            if (object != null
                    && (object.nested().isIncludeInParent() || object.nested().isIncludeInRoot())) {
                return true;
            }
        }
        return false;
    }

    /** No restriction for documents in memory, which are percolated; an error for segments, whose rules are not known here. */
    private static Restriction outsideSearches(IndexSearcher searcher) {
        boolean segments = searcher.getLeafContexts().stream()
                .anyMatch(leaf -> FilterLeafReader.unwrap(leaf.reader()) instanceof CodecReader);
        if (segments) {
            throw new IllegalArgumentException("queries [" + QueryNames.EMBEDDING + "] and ["
                    + QueryNames.HYBRID_MATCH
                    + "] work in searches alone, and this one was made outside of one, as "
                    + "rules of document-level security are when a single document is read: use another query there");
        }
        return Restriction.NONE;
    }

    @Override
    public void rewriting() {
        search.noteUserQuery();
    }

    /** Searches use OpenSearch's subclass of the searcher; highlighters and sorts by nested fields use Lucene's class. */
    @Override
    public boolean asksForMatches(IndexSearcher searcher) {
        return searcher.getClass() == IndexSearcher.class && search.covers(searcher);
    }

    @Override
    public boolean isProfiled(IndexSearcher searcher) {
        return search.covers(searcher) && search.isProfiled();
    }

    @Override
    public int bestHits() {
        return search.bestHits(this);
    }

    @Override
    public Restriction restriction(IndexSearcher searcher) {
        if (!search.covers(searcher)) {
            return Restriction.NONE;
        }
        List<Query> filters = new ArrayList<>(search.wrapped());
        if (search.rulesInQuery()) {
            filters.addAll(search.around(this));
        }
        filters.removeIf(filter -> HybridQuery.within(filter, this)); // a query inside a rule is not restricted by it
        boolean confidential = !filters.isEmpty();
        Query alias = search.aliasFilter();
        if (alias != null && !HybridQuery.within(alias, this)) {
            filters.add(alias);
        }
        List<Query> here = new ArrayList<>();
        if (wholeDocuments != null && !filters.isEmpty()) {
            filters.add(Queries.newNonNestedFilter());
            here.add(new ToChildBlockJoinQuery(all(filters), wholeDocuments));
        } else {
            here.addAll(filters);
        }
        if (type != null) {
            here.add(type);
        }
        return here.isEmpty() ? Restriction.NONE : new Restriction(all(here), confidential);
    }

    private static Query all(List<Query> filters) {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        filters.forEach(filter -> all.add(filter, Occur.FILTER));
        return all.build();
    }
}
