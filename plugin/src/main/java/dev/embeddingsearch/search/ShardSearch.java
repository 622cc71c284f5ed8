/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.SearchScope;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.ParsedQuery;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.SearchExtBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.internal.ContextIndexSearcher;
import org.opensearch.search.internal.ReaderContext;
import org.opensearch.search.internal.SearchContext;

/**
 * The filters that one search of a shard has around the query of its user. They are added by OpenSearch and by listeners of
 * other plugins, of which the security plugin is one.
 *
 * <p>The user's query is noted when a query of ours is made or first rewritten. Both happens before any listener of the
 * search runs. The filters are read when the kNN search starts, after all listeners.
 *
 * <p>This object is kept in the {@link SearchContext} as an {@code ext} part, the only place there for data of plugins. It is
 * never part of a request.
 */
final class ShardSearch extends SearchExtBuilder {

    private static final String NAME = "embedding_shard_search";

    private final SearchContext context;
    /** Whether the request has no query, so that OpenSearch's own matches all documents. */
    private final boolean noQuery;

    private Query userQuery;
    private volatile boolean queried;

    private ShardSearch(SearchContext context) {
        this.context = context;
        SearchSourceBuilder source =
                context.request() == null ? null : context.request().source();
        this.noQuery = source != null && source.query() == null;
    }

    /** The search that a query is made for; empty outside of searches. */
    static Optional<ShardSearch> of(QueryShardContext queryContext) {
        if (queryContext.searcher() instanceof ContextIndexSearcher searcher) {
            ShardSearch search = of(ContextProbe.contextOf(searcher));
            search.noteUserQuery();
            return Optional.of(search);
        }
        return Optional.empty();
    }

    private static ShardSearch of(SearchContext context) {
        if (context.getSearchExt(NAME) instanceof ShardSearch known) {
            return known;
        }
        ShardSearch search = new ShardSearch(context);
        context.addSearchExt(search);
        return search;
    }

    boolean isProfiled() {
        return context.getProfilers() != null;
    }

    void noteUserQuery() {
        if (userQuery == null && !noQuery && context.parsedQuery() != null) {
            userQuery = context.parsedQuery().query();
        }
    }

    @SuppressWarnings("ReferenceEquality") // by identity: a rule may contain an equal query
    private boolean isUsers(Query query) {
        return noQuery ? query instanceof MatchAllDocsQuery : query == userQuery;
    }

    /** Called when the query phase has ended; the fetch phase may use the same context. */
    static void queried(SearchContext context) {
        if (context.getSearchExt(NAME) instanceof ShardSearch search) {
            WrappedFilters earlier = WrappedFilters.in(context.readerContext());
            if (earlier != null && search.searchId() != null) {
                earlier.keep(search.searchId(), search.wrapped());
            }
            search.queried = true;
        }
    }

    /** Whether {@code searcher} searches this shard, and not a single document that is percolated or highlighted. */
    boolean covers(IndexSearcher searcher) {
        Object reader = context.searcher().getTopReaderContext().id();
        if (reader.equals(searcher.getTopReaderContext().id())) {
            return true;
        }
        Set<Object> segments = segments(context.searcher());
        return segments(searcher).stream().anyMatch(segments::contains);
    }

    private static Set<Object> segments(IndexSearcher searcher) {
        Set<Object> keys = new HashSet<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            IndexReader.CacheHelper segment = leaf.reader().getCoreCacheHelper();
            if (segment != null) {
                keys.add(segment.getKey());
            }
        }
        return keys;
    }

    /** The filter of the searched alias; null for none. */
    Query aliasFilter() {
        return context.aliasFilter();
    }

    /** The filters around the user's query that are not the user's. */
    List<Query> wrapped() {
        if (!isFetch()) {
            ParsedQuery whole = context.parsedQuery();
            return whole == null ? List.of() : around(whole.query());
        }
        WrappedFilters earlier = WrappedFilters.in(context.readerContext());
        List<Query> filters = earlier == null || searchId() == null ? null : earlier.get(searchId());
        return filters == null
                ? List.of(new MatchNoDocsQuery("what the query phase was restricted to is not known"))
                : filters;
    }

    private List<Query> around(Query whole) {
        return Wrapping.around(whole, this::isUsers)
                .map(Wrapping::filters)
                .orElseThrow(() -> new IllegalStateException("queries [" + QueryNames.EMBEDDING + "] and ["
                        + QueryNames.HYBRID_MATCH + "] cannot tell the search's own query from what is wrapped "
                        + "around it: is there a plugin that replaces queries?"));
    }

    /** Whether this is a fetch phase in a context of its own, around which listeners wrap no filters. */
    private boolean isFetch() {
        return context.getTask() != null && context.docIdsToLoad() != null && !queried;
    }

    /** The id of the whole search among those that use this shard's reader; null if it has none. */
    private TaskId searchId() {
        TaskId parent = context.getTask() == null
                ? TaskId.EMPTY_TASK_ID
                : context.getTask().getParentTaskId();
        return parent.isSet() ? parent : null;
    }

    /** Whether rules of document-level security may be among the filters inside the query. */
    boolean rulesInQuery() {
        ReaderContext reader = context.readerContext();
        boolean now = RulesInQuery.are(context.indexShard().getThreadPool().getThreadContext());
        WrappedFilters earlier = reader == null ? null : WrappedFilters.in(reader);
        if (now && earlier != null) {
            earlier.rulesInQuery(); // the requests for the next pages of a scroll lack the header
        }
        return now || (earlier != null && earlier.hasRulesInQuery());
    }

    /** All filters around the query with this {@code scope}, including the user's own. */
    List<Query> around(SearchScope scope) {
        if (context.parsedQuery() == null) {
            return List.of();
        }
        Query whole = context.parsedQuery().query();
        return Wrapping.around(whole, query -> !Wrapping.hasParts(query) && HybridQuery.within(query, scope))
                .map(Wrapping::filters)
                .orElse(List.of(whole));
    }

    /** The number of best hits that are all the search uses of the query with this {@code scope}; 0 if it uses more. */
    int bestHits(SearchScope scope) {
        Query query = userQuery instanceof BoostQuery boosted ? boosted.getQuery() : userQuery;
        if (queried || query == null || !HybridQuery.isOf(query, scope)) {
            return 0;
        }
        return Wrapping.around(context.parsedQuery().query(), this::isUsers)
                .filter(Wrapping::keepsOrder)
                .map(wrapping -> BestHitsOnly.of(context))
                .orElse(0);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public void writeTo(StreamOutput out) {
        throw new UnsupportedOperationException("never leaves its shard");
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) {
        throw new UnsupportedOperationException("never leaves its shard");
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
