/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import dev.embeddingsearch.ingest.WriteAccess;
import dev.embeddingsearch.mapper.PendingMark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.opensearch.OpenSearchException;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.admin.indices.refresh.RefreshResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.get.MultiGetItemResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.get.MultiGetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.search.ClearScrollRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.search.SearchScrollRequest;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.mapper.RoutingFieldMapper;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.sort.FieldSortBuilder;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.ParentTaskAssigningClient;

/**
 * The documents of the request's indices that carry a mark: found and written as the caller, read between for the plugin,
 * so that a caller who must not see a field cannot cause a vector of half a text.
 */
final class MarkedDocuments {

    private static final TimeValue WRITE_TIMEOUT = TimeValue.timeValueMinutes(1);

    private final Client plain;
    private final Client client;
    private final ClusterService clusterService;
    private final BackfillRequest request;
    private final ThreadContext threadContext;
    private final Writing writing;

    /** How documents are written, and who says whether they may be. */
    record Writing(WriteAccess access, Function<Candidate, IndexRequest> request) {}

    /**
     * The documents of a request.
     *
     * @param writing how to write them
     */
    MarkedDocuments(
            Client plain, ClusterService clusterService, BackfillTask task, BackfillRequest request, Writing writing) {
        this.writing = writing;
        this.plain = plain;
        this.client = new ParentTaskAssigningClient(plain, clusterService.localNode(), task);
        this.clusterService = clusterService;
        this.request = request;
        this.threadContext = plain.threadPool().getThreadContext();
    }

    BackfillRequest.Extent extent() {
        return request.extent();
    }

    /** Some of the documents, {@code total} in all; the last page is empty. */
    record Page(String scrollId, long total, List<MultiGetRequest.Item> documents) {

        static Page of(SearchResponse response) {
            List<MultiGetRequest.Item> documents = new ArrayList<>();
            for (SearchHit hit : response.getHits().getHits()) {
                DocumentField routing = hit.field(RoutingFieldMapper.NAME);
                documents.add(new MultiGetRequest.Item(hit.getIndex(), hit.getId())
                        .routing(routing == null ? null : routing.getValue()));
            }
            return new Page(
                    response.getScrollId(), response.getHits().getTotalHits().value(), documents);
        }
    }

    /** Finds all documents marked before the call. */
    void first(int size, TimeValue keepAlive, ActionListener<Page> listener) {
        SearchRequest search = new SearchRequest(request.indices())
                .indicesOptions(request.indicesOptions())
                .scroll(keepAlive)
                .allowPartialSearchResults(false)
                .source(new SearchSourceBuilder()
                        .query(
                                request.scope() == BackfillRequest.Scope.ALL
                                        ? QueryBuilders.matchAllQuery()
                                        : QueryBuilders.existsQuery("*." + PendingMark.REASON))
                        .sort(FieldSortBuilder.DOC_FIELD_NAME)
                        .size(size)
                        .trackTotalHits(true)
                        .fetchSource(false)
                        .storedField(RoutingFieldMapper.NAME));
        RefreshRequest refresh = new RefreshRequest(request.indices()).indicesOptions(request.indicesOptions());
        this.<RefreshResponse>asPlugin(
                inContext -> client.admin().indices().refresh(refresh, inContext),
                ActionListener.wrap(refreshed -> client.search(search, complete(listener)), listener::onFailure));
    }

    void next(Page page, TimeValue keepAlive, ActionListener<Page> listener) {
        client.searchScroll(new SearchScrollRequest(page.scrollId()).scroll(keepAlive), complete(listener));
    }

    /** A page that lacks the hits of a shard would leave marks behind unnoticed. */
    private static ActionListener<SearchResponse> complete(ActionListener<Page> listener) {
        return ActionListener.delegateFailure(listener, (delegate, response) -> {
            if (response.getFailedShards() == 0) {
                delegate.onResponse(Page.of(response));
                return;
            }
            Throwable cause =
                    response.getShardFailures().length == 0 ? null : response.getShardFailures()[0].getCause();
            delegate.onFailure(new OpenSearchException(
                    "expected marked documents of all shards, but [{}] failed: start the backfill again",
                    cause,
                    response.getFailedShards()));
        });
    }

    /**
     * Reads the newest versions, searchable or not, of documents that the caller may write; fails where there is none.
     */
    void read(List<MultiGetRequest.Item> places, ActionListener<List<Candidate>> listener) {
        askForBulk(
                places.getFirst().index(),
                ActionListener.wrap(allowed -> readWritable(places, listener), listener::onFailure));
    }

    /**
     * Fails for a caller who may send no bulk request, by one that writes nothing: the index is no alias, and no document has
     * such a sequence number, should an alias have taken its name.
     */
    private void askForBulk(String index, ActionListener<BulkResponse> listener) {
        IndexRequest nothing = new IndexRequest(index)
                .id("withdrawn")
                .source(Map.of())
                .setRequireAlias(true)
                .setIfSeqNo(Long.MAX_VALUE)
                .setIfPrimaryTerm(Long.MAX_VALUE);
        client.bulk(new BulkRequest().add(Candidate.withoutPipelines(nothing)), listener);
    }

    private void readWritable(List<MultiGetRequest.Item> places, ActionListener<List<Candidate>> listener) {
        List<WriteAccess.Place> asked = places.stream()
                .map(place ->
                        new WriteAccess.Place(place.index(), place.id(), place.routing(), DocWriteRequest.OpType.INDEX))
                .toList();
        writing.access().ask(asked, WRITE_TIMEOUT, refused -> {
            Map<String, Exception> reasons = new HashMap<>(refused);
            places.forEach(place -> appendOnly(place.index()).ifPresent(e -> reasons.put(place.index(), e)));
            List<MultiGetRequest.Item> readable = places.stream()
                    .filter(place -> !reasons.containsKey(place.index()))
                    .toList();
            if (readable.isEmpty()) {
                listener.onFailure(reasons.values().iterator().next());
                return;
            }
            MultiGetRequest get = new MultiGetRequest();
            readable.forEach(get::add);
            this.<MultiGetResponse>asPlugin(
                    inContext -> client.multiGet(get, inContext),
                    ActionListener.map(
                            listener, response -> candidates(places, reasons, List.of(response.getResponses()))));
        });
    }

    private Optional<Exception> appendOnly(String index) {
        IndexMetadata metadata = clusterService.state().metadata().index(index);
        return metadata != null && IndexMetadata.INDEX_APPEND_ONLY_ENABLED_SETTING.get(metadata.getSettings())
                ? Optional.of(new IllegalArgumentException("index [" + index + "] is append-only ["
                        + IndexMetadata.INDEX_APPEND_ONLY_ENABLED_SETTING.getKey()
                        + "], so that its documents cannot be given vectors: reindex it into one that is not"))
                : Optional.empty();
    }

    private List<Candidate> candidates(
            List<MultiGetRequest.Item> places, Map<String, Exception> refused, List<MultiGetItemResponse> read) {
        Iterator<MultiGetItemResponse> items = read.iterator();
        List<Candidate> candidates = new ArrayList<>();
        for (MultiGetRequest.Item place : places) {
            if (refused.containsKey(place.index())) {
                candidates.add(Candidate.unread(place, "cannot be written: " + name(refused.get(place.index()))));
                continue;
            }
            MultiGetItemResponse item = items.next();
            candidates.add(
                    item.isFailed()
                            ? Candidate.unread(
                                    place,
                                    "cannot be read: " + name(item.getFailure().getFailure()))
                            : Candidate.of(place, item.getResponse(), request.scope()));
        }
        return candidates;
    }

    private static String name(Exception reason) {
        return "[" + OpenSearchException.getExceptionName(reason) + "]";
    }

    /** Writes what has changed; a bulk request would create an index anew that was deleted meanwhile. */
    void write(List<Candidate> batch, ActionListener<BatchOutcome> listener) {
        Tally tally = new Tally();
        List<Candidate> written = new ArrayList<>();
        BulkRequest bulk = new BulkRequest();
        for (Candidate candidate : batch) {
            if (!candidate.changed()) {
                tally.untouched(candidate);
            } else if (clusterService
                    .state()
                    .metadata()
                    .hasIndex(candidate.place().index())) {
                written.add(candidate);
                bulk.add(writing.request().apply(candidate));
            } else {
                tally.gone();
            }
        }
        if (written.isEmpty()) {
            listener.onResponse(tally.outcome(batch));
            return;
        }
        client.bulk(bulk, ActionListener.map(listener, response -> count(tally, written, batch, response)));
    }

    private static BatchOutcome count(
            Tally tally, List<Candidate> written, List<Candidate> batch, BulkResponse response) {
        Arrays.stream(response.getItems()).forEach(item -> tally.written(written.get(item.getItemId()), item));
        return tally.outcome(batch);
    }

    /** Clears the scroll of a page, also when the task is cancelled and may send no request. */
    void close(Page page, Runnable done) {
        ClearScrollRequest clear = new ClearScrollRequest();
        clear.addScrollId(page.scrollId());
        plain.clearScroll(clear, ActionListener.wrap(done));
    }

    @SuppressWarnings("try") // the stored context restores the caller's when closed
    private <T> void asPlugin(Consumer<ActionListener<T>> call, ActionListener<T> listener) {
        ActionListener<T> inCallersContext =
                ContextPreservingActionListener.wrapPreservingContext(listener, threadContext);
        try (ThreadContext.StoredContext caller = threadContext.stashContext()) {
            call.accept(inCallersContext);
        }
    }
}
