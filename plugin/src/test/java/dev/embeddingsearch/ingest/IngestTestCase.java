/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.ingest;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.ingest.EmbeddingRule.Marking;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.VersionType;
import org.opensearch.ingest.IngestDocument;
import org.opensearch.ingest.IngestDocumentWrapper;
import org.opensearch.ingest.Processor;
import org.opensearch.test.ClusterServiceUtils;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

/** Two models, a fake service, a fake index and documents for the processors. */
public abstract class IngestTestCase extends OpenSearchTestCase {

    static final String INDEX = "articles";

    /** One index with vectors, and an alias of it. */
    static final IndexNames NAMES = new IndexNames() {
        @Override
        public boolean hasEmbeddings(String name) {
            return INDEX.equals(name);
        }

        @Override
        public String writeIndex(String name) {
            return name.equals("alias") ? INDEX : name;
        }
    };

    protected ThreadPool threadPool;
    protected ThreadContext threadContext;
    protected ClusterService clusterService;
    protected FakeIndex index;
    protected FakeEmbedder embedder;
    protected Models models;
    protected PartialUpdates updates;
    protected WriteAccess access;
    protected final EmbeddingStats stats = new EmbeddingStats();
    protected BatchEmbedder batchEmbedder;

    @Before
    public void setUpIngest() {
        threadPool = new TestThreadPool(getTestName());
        threadContext = threadPool.getThreadContext();
        clusterService = ClusterServiceUtils.createClusterService(threadPool);
        index = new FakeIndex(threadPool);
        embedder = new FakeEmbedder();
        models = new Models(Settings.builder()
                .put("embedding.model.tiny.id", "tiny-1")
                .put("embedding.model.tiny.dimensions", 3)
                .put("embedding.model.other.id", "other-1")
                .build());
        updates = new PartialUpdates(threadContext, () -> null, NAMES);
        access = new WriteAccess(clusterService, threadContext);
        batchEmbedder = new BatchEmbedder(
                embedder, models, new BatchEmbedder.Node(index, clusterService, stats, access), updates);
    }

    @After
    public void stopThreads() {
        clusterService.close();
        terminate(threadPool);
    }

    /** A rule that is bound to the vectors of model [tiny]. */
    static EmbeddingRule rule(String target, String... sources) {
        return new EmbeddingRule(
                target,
                List.of(sources),
                new FieldModel("tiny", "tiny-1", 3, InputType.TEXT),
                true,
                true,
                Marking.NONE);
    }

    /** The same rule, with marks for what cannot be embedded. */
    static EmbeddingRule marking(EmbeddingRule rule) {
        return new EmbeddingRule(
                rule.target(), rule.sources(), rule.model(), rule.inSource(), rule.ignoreMissing(), Marking.REASON);
    }

    /** What a service that is down answers. */
    static EmbeddingException down() {
        return new EmbeddingException("answered: secret text", RestStatus.SERVICE_UNAVAILABLE, true, null);
    }

    static IngestDocument document(String id, Object... pairs) {
        Map<String, Object> source = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            source.put((String) pairs[i], pairs[i + 1]);
        }
        return new IngestDocument(INDEX, id, null, -3L, VersionType.INTERNAL, source);
    }

    static IngestDocumentWrapper wrapper(int slot, IngestDocument document) {
        return new IngestDocumentWrapper(slot, 0, document, null);
    }

    static List<IngestDocumentWrapper> wrappers(IngestDocument... documents) {
        List<IngestDocumentWrapper> wrappers = new ArrayList<>();
        for (IngestDocument document : documents) {
            wrappers.add(wrapper(wrappers.size(), document));
        }
        return wrappers;
    }

    static Object value(IngestDocumentWrapper wrapper, String field) {
        return wrapper.getIngestDocument().getSourceAndMetadata().get(field);
    }

    /** Collects what a handler gets, and refuses a second call. */
    static final class Handler implements Consumer<List<IngestDocumentWrapper>> {
        private final List<List<IngestDocumentWrapper>> calls = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void accept(List<IngestDocumentWrapper> wrappers) {
            calls.add(wrappers);
        }

        boolean called() {
            return !calls.isEmpty();
        }

        /** The results in the order of their slots. */
        List<IngestDocumentWrapper> results() throws Exception {
            assertBusy(() -> assertTrue(called()));
            assertEquals("calls of the handler", 1, calls.size());
            return calls.getFirst().stream()
                    .sorted((a, b) -> Integer.compare(a.getSlot(), b.getSlot()))
                    .toList();
        }
    }

    /** Embeds and waits. */
    List<IngestDocumentWrapper> embed(List<IngestDocumentWrapper> wrappers, boolean mark, EmbeddingRule... rules)
            throws Exception {
        Handler handler = new Handler();
        List<EmbeddingRule> all =
                Stream.of(rules).map(rule -> mark ? marking(rule) : rule).toList();
        during(updates, new BulkRequest(), () -> batchEmbedder.embed(wrappers, all, handler));
        return handler.results();
    }

    /** Runs one document outside batches, and waits; the answer has a document or an exception, never both. */
    static IngestDocumentWrapper execute(Processor processor, IngestDocument document) throws Exception {
        Handler handler = new Handler();
        processor.execute(
                document,
                (result, failure) -> handler.accept(List.of(new IngestDocumentWrapper(0, 0, result, failure))));
        IngestDocumentWrapper answer = handler.results().getFirst();
        assertTrue((answer.getIngestDocument() == null) == (answer.getException() != null));
        return answer;
    }

    /** Runs {@code ingest} where a node runs the processors for {@code bulk}. */
    static void during(ActionFilter filter, BulkRequest bulk, Runnable ingest) {
        filter.apply(
                null,
                BulkAction.NAME,
                (ActionRequest) bulk,
                null,
                null,
                (task, action, request, listener) -> ingest.run());
    }
}
