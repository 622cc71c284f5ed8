/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import java.io.Closeable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import okhttp3.Dns;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.common.Randomness;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;

/**
 * Embeds texts by calling the services of the configured models: each distinct text of a request once, in calls as
 * large as the limits allow, several at a time, sent again where that helps, and with one result a text whatever
 * happens. Waiting takes no thread. Only the preparation, counting tokens above all, happens on the caller's thread.
 */
public final class EmbeddingClient implements Embedder, Closeable {

    private final Models models;
    private final ServiceHttp http;
    private final Scheduler scheduler;
    private final ThreadContext threadContext;
    private final LongSupplier nanoClock;
    private final Tokens tokens = new Tokens();
    private final Backoff backoff = new Backoff(() -> Randomness.get().nextDouble());
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

    /**
     * A client for a node.
     *
     * @param version of the plugin, for the {@code User-Agent}
     */
    public EmbeddingClient(Models models, ThreadPool threadPool, String version) {
        this(
                models,
                new ServiceHttp(models, "embedding-search/" + version, Dns.SYSTEM),
                threadPool,
                threadPool.getThreadContext(),
                System::nanoTime);
    }

    EmbeddingClient(
            Models models, ServiceHttp http, Scheduler scheduler, ThreadContext threadContext, LongSupplier nanoClock) {
        this.models = models;
        this.http = http;
        this.scheduler = scheduler;
        this.threadContext = threadContext;
        this.nanoClock = nanoClock;
    }

    @Override
    public void embed(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        ActionListener<List<EmbeddingResult>> preserving =
                ContextPreservingActionListener.wrapPreservingContext(listener, threadContext);
        EmbeddingModel model;
        VectorShape shape;
        try {
            model = models.get(request.model());
            shape = VectorShape.of(model, request.dimensions());
        } catch (IllegalArgumentException e) {
            preserving.onFailure(e);
            return;
        }
        if (request.texts().isEmpty()) {
            preserving.onResponse(List.of());
            return;
        }
        Collector collector = new Collector(request.texts().size(), preserving);
        Lane lane = lanes.computeIfAbsent(model.name(), name -> new Lane(http, scheduler, nanoClock, backoff));
        Divider divider = new Divider(lane, new Batch.Target(model, request.side(), shape), collector);
        List<Input> inputs = new Preparation(tokens, model, request).prepare(collector);
        Packer.pack(inputs, model.limits()).forEach(divider::send);
    }

    /** Ends everything under way, each text with its failure. Later requests fail in the same way. */
    @Override
    public void close() {
        http.close();
        lanes.values().forEach(Lane::close);
    }
}
