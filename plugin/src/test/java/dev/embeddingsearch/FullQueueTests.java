/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequestBuilder;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** A node whose queue takes next to nothing; the service does not exist. */
public class FullQueueTests extends OpenSearchSingleNodeTestCase {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    @Override
    protected Settings nodeSettings() {
        return Settings.builder().put("embedding.queue.size", "1kb").build();
    }

    private void createIndex() {
        client().admin()
                .indices()
                .prepareCreate("i")
                .setMapping("{\"properties\":{\"t\":{\"type\":\"text\"},"
                        + "\"v\":{\"type\":\"embedding\",\"source_fields\":[\"t\"]}}}")
                .get();
    }

    public void testBulkItemsSayTooManyRequests() {
        createIndex();
        BulkRequestBuilder bulk = client().prepareBulk();
        for (int i = 0; i < 3; i++) {
            bulk.add(client().prepareIndex("i").setId("d" + i).setSource(Map.of("t", "text " + i)));
        }
        bulk.add(client().prepareIndex("i").setId("none").setSource(Map.of("n", 1)));
        BulkResponse response = bulk.get();
        for (BulkItemResponse item : response) {
            if (item.getId().equals("none")) {
                assertFalse("nothing to embed, nothing to reject", item.isFailed());
            } else {
                assertEquals(RestStatus.TOO_MANY_REQUESTS, item.getFailure().getStatus());
                assertThat(item.getFailureMessage(), containsString("or raise [embedding.queue.size]"));
            }
        }
    }

    public void testSearchFailsOrGoesOnWithoutVectors() {
        createIndex();
        String query = "{\"hybrid_match\":{\"query\":\"text\",\"fields\":[\"t\"],\"embedding_field\":\"v\"%s}}";
        Exception e = expectThrows(
                Exception.class,
                () -> client().prepareSearch("i")
                        .setQuery(QueryBuilders.wrapperQuery(query.replace("%s", "")))
                        .get());
        assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(ExceptionsHelper.unwrapCause(e)));
        SearchResponse found = client().prepareSearch("i")
                .setQuery(QueryBuilders.wrapperQuery(query.replace("%s", ",\"on_embedding_failure\":\"lexical\"")))
                .get();
        assertEquals(RestStatus.OK, found.status());
        assertWarnings("the query could not be embedded (status 429): the result is that of its lexical leg alone");
    }

    public void testCircuitBreakerOfTheNodeIsTheQueues() {
        CircuitBreaker breaker =
                getInstanceFromNode(CircuitBreakerService.class).getBreaker("embedding");
        assertEquals(1024, breaker.getLimit());
        assertEquals(0, breaker.getUsed());
        limit("512b");
        assertEquals(512, breaker.getLimit());
        assertEquals(1.0, breaker.getOverhead(), 0);
        limit(null);
        assertEquals("as in the node's own settings", 1024, breaker.getLimit());
        assertEquals(1.0, breaker.getOverhead(), 0);
    }

    private void limit(String limit) {
        Settings.Builder settings = Settings.builder();
        if (limit == null) {
            settings.putNull("breaker.embedding.limit");
        } else {
            settings.put("breaker.embedding.limit", limit);
        }
        client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setTransientSettings(settings)
                .get();
    }

    public void testDocumentThatNeverFindsRoomIsTooLarge() {
        createIndex();
        Exception e = expectThrows(
                Exception.class,
                () -> client().prepareIndex("i")
                        .setSource(Map.of("t", "words ".repeat(1000)))
                        .get());
        assertEquals(RestStatus.REQUEST_ENTITY_TOO_LARGE, ExceptionsHelper.status(ExceptionsHelper.unwrapCause(e)));
        assertThat(e.getMessage(), containsString("or raise [embedding.queue.size]"));
    }
}
