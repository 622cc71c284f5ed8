/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import com.fasterxml.jackson.core.JsonFactory;
import dev.embeddingsearch.embedding.http.EmbeddingsCall.Target;
import dev.embeddingsearch.model.ApiKey;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Provider;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.HttpUrl;

/**
 * Calls the embeddings API of OpenAI, in its own URL layout or that of Azure. Each call is made once and counted in the
 * statistics of its model. Only a request that is refused for an optional parameter is sent again at once, without the
 * parameter (see {@link RequestBodies}).
 */
public final class EmbeddingsApi implements Closeable {

    private final Models models;
    private final ServiceHttp http;
    private final EmbeddingStats stats;
    private final JsonFactory json = ReplyParser.jsonFactory();
    private final RequestBodies bodies = new RequestBodies(json);

    /**
     * @param http closed with this
     */
    public EmbeddingsApi(Models models, ServiceHttp http, EmbeddingStats stats) {
        this.models = models;
        this.http = http;
        this.stats = stats;
    }

    /**
     * Sends a call.
     *
     * @param listener called on a thread of the HTTP client or on the calling thread
     */
    public void send(EmbeddingsCall call, CallListener listener) {
        EmbeddingModel model = call.target().model();
        CountedCall counted = new CountedCall(stats.model(model.name()), call, listener);
        Optional<ApiKey> key = models.apiKey(model.name());
        FailureMapper failures = new FailureMapper(model, new FailureMapper.Credentials(key, models.nodeName()));
        RequestBodies.Body body;
        Call prepared;
        try {
            body = bodies.write(call);
            prepared = http.prepare(new JsonPost(
                    url(call.target()),
                    model.endpoint().provider(),
                    key,
                    body.content(),
                    model.limits().timeout()));
        } catch (IOException | RuntimeException e) {
            counted.failure(failures.unexpected(new IllegalStateException("cannot write the request", e)));
            return;
        }
        EmbeddingsExchange exchange = new EmbeddingsExchange(this, call, body, failures, counted);
        call.onCancel(http.send(prepared, exchange));
    }

    private static HttpUrl url(Target target) {
        EmbeddingModel model = target.model();
        HttpUrl.Builder url = HttpUrl.get(model.url()).newBuilder();
        if (model.endpoint().provider() == Provider.AZURE) {
            url.addPathSegments("openai/deployments")
                    .addPathSegment(model.modelId(target.side()))
                    .addQueryParameter("api-version", model.endpoint().apiVersion());
        }
        return url.addPathSegment("embeddings").build();
    }

    JsonFactory json() {
        return json;
    }

    RequestBodies bodies() {
        return bodies;
    }

    boolean isClosed() {
        return http.isClosed();
    }

    /** Cancels all calls in flight, each of which fails, and releases threads and connections. */
    @Override
    public void close() {
        http.close();
    }
}
