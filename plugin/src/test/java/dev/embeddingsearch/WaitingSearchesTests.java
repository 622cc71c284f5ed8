/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import static org.hamcrest.Matchers.containsString;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import dev.embeddingsearch.embedding.http.OkHttpThreadFilter;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksResponse;
import org.opensearch.action.search.SearchAction;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.action.ActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

/** Searches that wait for their text's vector, on a node whose search pool has a short queue. */
@ThreadLeakFilters(filters = OkHttpThreadFilter.class)
public class WaitingSearchesTests extends OpenSearchSingleNodeTestCase {

    private static final int SHARDS = 5;
    private static final TimeValue SOON = TimeValue.timeValueSeconds(60);

    private FakeEmbeddingService service;

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(EmbeddingSearchPlugin.class);
    }

    @Override
    protected Settings nodeSettings() {
        return Settings.builder()
                .put("embedding.cache.size", "0")
                .put("thread_pool.search.size", 1)
                .put("thread_pool.search.queue_size", 20)
                .putList("embedding.url_allowlist", "http://127.0.0.1:*")
                .build();
    }

    @Before
    public void createIndex() throws Exception {
        service = new FakeEmbeddingService();
        set(Settings.builder().put("embedding.model.default.url", service.url()));
        client().admin()
                .indices()
                .prepareCreate("i")
                .setSettings(Settings.builder().put("number_of_shards", SHARDS))
                .setMapping("{\"properties\":{\"t\":{\"type\":\"text\"},\"v\":{\"type\":\"embedding\",\"dimensions\":8,"
                        + "\"source_fields\":[\"t\"]}}}")
                .get();
        client().prepareIndex("i")
                .setSource(Map.of("t", "curling"))
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
    }

    @After
    public void stopService() {
        service.close();
        set(Settings.builder().putNull("embedding.model.default.url"));
    }

    private void set(Settings.Builder settings) {
        client().admin()
                .cluster()
                .prepareUpdateSettings()
                .setTransientSettings(settings)
                .get();
    }

    private ActionFuture<SearchResponse> search(String text) {
        return client().prepareSearch("i")
                .setQuery(QueryBuilders.wrapperQuery(
                        "{\"embedding\":{\"field\":\"v\",\"text\":\"%s\"}}".replace("%s", text)))
                .execute();
    }

    public void testSearchesThatShareACallAreReleasedInStepWithTheSearchPool() {
        CountDownLatch answers = service.hold();
        List<ActionFuture<SearchResponse>> searches = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            searches.add(search("text " + i));
        }
        answers.countDown();
        for (ActionFuture<SearchResponse> search : searches) {
            SearchResponse found = search.actionGet(SOON);
            assertEquals("no shard turned it away", 0, found.getFailedShards());
            assertEquals(1, found.getHits().getHits().length);
        }
    }

    public void testCancelledSearchEndsWhileTheServiceIsSilent() throws Exception {
        CountDownLatch answers = service.hold();
        service.forgetCalls();
        ActionFuture<SearchResponse> search = search("a text");
        service.awaitCalls(1);
        PlainActionFuture<ListTasksResponse> cancelled = new PlainActionFuture<>();
        client().admin()
                .cluster()
                .prepareCancelTasks()
                .setActions(SearchAction.NAME)
                .execute(ActionListener.wrap(done -> cancelled.onResponse(null), cancelled::onFailure));
        cancelled.actionGet(SOON);
        Exception e = expectThrows(Exception.class, () -> search.actionGet(SOON));
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(ExceptionsHelper.unwrapCause(e)));
        assertThat(
                e.getMessage(),
                containsString("the search was cancelled while its text was embedded: [by user request]"));
        assertEquals("the service is still silent", 1, answers.getCount());
        answers.countDown();
    }
}
