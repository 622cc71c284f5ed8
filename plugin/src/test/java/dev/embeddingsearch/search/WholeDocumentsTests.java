/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.index.reindex.AbstractBulkByScrollRequest;
import org.opensearch.index.reindex.DeleteByQueryRequest;
import org.opensearch.index.reindex.ReindexRequest;
import org.opensearch.index.reindex.RemoteInfo;
import org.opensearch.index.reindex.UpdateByQueryRequest;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.fetch.subphase.FetchSourceContext;
import org.opensearch.test.OpenSearchTestCase;

public class WholeDocumentsTests extends OpenSearchTestCase {

    private static <R extends ActionRequest> R filtered(R request) {
        AtomicReference<ActionRequest> passed = new AtomicReference<>();
        new WholeDocuments()
                .<R, ActionResponse>apply(
                        null,
                        "any",
                        request,
                        ActionRequestMetadata.empty(),
                        ActionListener.wrap(() -> {}),
                        (task, action, on, listener) -> passed.set(on));
        assertSame(request, passed.get());
        return request;
    }

    private static FetchSourceContext source(AbstractBulkByScrollRequest<?> request) {
        return filtered(request).getSearchRequest().source().fetchSource();
    }

    public void testRewritersAskForWholeDocuments() {
        assertEquals(FetchSourceContext.FETCH_SOURCE, source(new ReindexRequest()));
        assertEquals(FetchSourceContext.FETCH_SOURCE, source(new UpdateByQueryRequest("index")));
    }

    public void testWhatTheyAskForThemselvesStays() {
        ReindexRequest some = new ReindexRequest();
        some.getSearchRequest().source().fetchSource("text", null);
        assertEquals(new FetchSourceContext(true, new String[] {"text"}, null), source(some));
        assertEquals(FetchSourceContext.DO_NOT_FETCH_SOURCE, source(new DeleteByQueryRequest("index")));
    }

    /** The first versions of other clusters' software know no filter of the source. */
    public void testOtherClustersAreAskedAsTheirVersionWants() {
        BytesArray all = new BytesArray("{\"match_all\":{}}");
        ReindexRequest remote = new ReindexRequest()
                .setRemoteInfo(new RemoteInfo(
                        "http",
                        "localhost",
                        9200,
                        null,
                        all,
                        null,
                        null,
                        Map.of(),
                        RemoteInfo.DEFAULT_SOCKET_TIMEOUT,
                        RemoteInfo.DEFAULT_CONNECT_TIMEOUT));
        assertNull(source(remote));
    }

    public void testSearchesAreLeftAlone() {
        SearchRequest search = new SearchRequest().source(new SearchSourceBuilder());
        assertNull(filtered(search).source().fetchSource());
    }
}
