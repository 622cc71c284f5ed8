/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.search.RulesInQuery;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.opensearch.action.IndicesRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.search.Scroll;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.pipeline.SearchPipelineService;
import org.opensearch.tasks.TaskResourceTrackingService;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.node.NodeClient;

/**
 * Searches each leg of a {@code hybrid_match} in all indices of a request, as the caller of the request, and fuses the
 * ranks of their hits.
 *
 * @param lexical the lexical leg, filter included
 * @param vector the vector leg, filter included; empty where the text could not be embedded
 * @param size hits requested of each leg, and documents kept of both
 */
record LegSearches(QueryBuilder lexical, Optional<QueryBuilder> vector, RankFusion fusion, int size) {

    private record Found(boolean lexical, SearchResponse response) {}

    /**
     * Runs both searches at once.
     *
     * @param request the request with the query
     * @param ranked receives the query of the fused ranks
     * @param rewrite completed after that
     */
    void run(Client client, IndicesRequest request, Consumer<QueryBuilder> ranked, ActionListener<?> rewrite) {
        ThreadContext threads = client.threadPool().getThreadContext();
        TaskId parent = parent(client, threads);
        Optional<QueryBuilder> rules = RulesInQuery.of(request, threads);
        ActionListener<RankedQueryBuilder> next = new ActionListener<>() {
            @Override
            public void onResponse(RankedQueryBuilder query) {
                ranked.accept(query);
                rewrite.onResponse(null);
            }

            @Override
            public void onFailure(Exception e) {
                rewrite.onFailure(e);
            }
        };
        GroupedActionListener<Found> both = new GroupedActionListener<>(
                new ContextPreservingActionListener<>(
                        threads.newRestorableContext(true), ActionListener.map(next, this::fuse)),
                vector.isPresent() ? 2 : 1);
        start(
                client,
                search(request, RulesInQuery.add(rules, lexical), parent),
                ActionListener.map(both, found -> new Found(true, found)));
        vector.ifPresent(leg -> start(
                client,
                search(request, RulesInQuery.add(rules, leg), parent),
                ActionListener.map(both, found -> new Found(false, found))));
    }

    /** Where the parent task is cancelled, this throws; the listener must count the leg nevertheless. */
    private static void start(Client client, SearchRequest search, ActionListener<SearchResponse> listener) {
        try {
            client.search(search, listener);
        } catch (TaskCancelledException e) {
            listener.onFailure(e);
        }
    }

    /** The task of the search, so that cancelling it cancels both legs; none where tasks are not tracked. */
    private static TaskId parent(Client client, ThreadContext threads) {
        Long task = threads.getTransient(TaskResourceTrackingService.TASK_ID);
        return task == null || !(client instanceof NodeClient node)
                ? TaskId.EMPTY_TASK_ID
                : new TaskId(node.getLocalNodeId(), task);
    }

    private SearchRequest search(IndicesRequest request, QueryBuilder leg, TaskId parent) {
        SearchSourceBuilder source = new SearchSourceBuilder();
        SearchRequest search;
        if (request instanceof SearchRequest outer) {
            search = new SearchRequest(outer);
            search.scroll((Scroll) null);
            if (outer.source() != null) {
                source = DerivedFields.of(outer.source()).timeout(outer.source().timeout());
                if (outer.pointInTimeBuilder() != null) {
                    source.pointInTimeBuilder(outer.pointInTimeBuilder());
                }
            }
        } else {
            search = new SearchRequest(request.indices()).indicesOptions(request.indicesOptions());
        }
        source.query(leg).size(size).fetchSource(false).trackTotalHits(false);
        search.source(source).pipeline(SearchPipelineService.NOOP_PIPELINE_ID);
        search.setParentTask(parent);
        return search;
    }

    private RankedQueryBuilder fuse(Collection<Found> found) {
        found.stream().filter(leg -> incomplete(leg.response())).forEach(LegSearches::warn);
        List<RankedDocument> documents = FusedRanks.of(hits(found, true), hits(found, false), fusion, size);
        return new RankedQueryBuilder(documents, fusion);
    }

    private static boolean incomplete(SearchResponse response) {
        return response.getFailedShards() > 0 || response.isTimedOut();
    }

    private static void warn(Found leg) {
        HeaderWarning.addWarning(
                "the {} leg was ranked without all of its documents: {} of {} shards failed, timed out: {}",
                leg.lexical() ? "lexical" : "vector",
                leg.response().getFailedShards(),
                leg.response().getTotalShards(),
                leg.response().isTimedOut());
    }

    private static SearchHit[] hits(Collection<Found> found, boolean lexical) {
        return found.stream()
                .filter(leg -> leg.lexical() == lexical)
                .flatMap(leg -> Arrays.stream(leg.response().getHits().getHits()))
                .toArray(SearchHit[]::new);
    }
}
