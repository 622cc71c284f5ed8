/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import com.fasterxml.jackson.core.JsonFactory;
import dev.embeddingsearch.model.ApiKey;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Provider;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.io.Closeable;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Makes single calls over HTTP: no redirects, no proxy, no cookies, no address inside unless allowed. OkHttp may try
 * another address of the host or replace a stale connection by itself; all other second attempts are the caller's.
 */
final class ServiceHttp implements Closeable {

    private final Models models;
    private final String userAgent;
    private final EmbeddingStats stats;
    private final JsonFactory json = ReplyParser.jsonFactory();
    private final RequestBodies bodies = new RequestBodies(json);
    private final OkHttpClient client;
    private volatile boolean closed;

    ServiceHttp(Models models, CertificateAuthorities authorities, String userAgent, Dns dns, EmbeddingStats stats) {
        this.models = models;
        this.userAgent = userAgent;
        this.stats = stats;
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(Integer.MAX_VALUE); // lanes bound what is in flight
        dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .dns(new AddressGuard(models.allowlist(), dns))
                .proxy(Proxy.NO_PROXY)
                .socketFactory(new DirectSockets())
                .followRedirects(false)
                .followSslRedirects(false)
                .connectTimeout(Duration.ofSeconds(10))
                .readTimeout(Duration.ZERO) // each call has the model's timeout for all of it
                .writeTimeout(Duration.ZERO);
        authorities.applyTo(builder);
        this.client = builder.build();
    }

    /** Sends a batch once and tells the outcome, on a thread of the HTTP client or on this one. */
    void send(Batch batch, BatchListener receiver) {
        CountedCall outcome = new CountedCall(stats.model(batch.model().name()), batch, receiver);
        Optional<ApiKey> key = models.apiKey(batch.model().name());
        FailureMapper failures =
                new FailureMapper(batch.model(), new FailureMapper.Credentials(key, models.nodeName()));
        Call call;
        RequestBodies.Body body;
        try {
            body = bodies.write(batch);
            call = client.newCall(request(batch, body, key));
            call.timeout().timeout(batch.model().limits().timeout().millis(), TimeUnit.MILLISECONDS);
        } catch (IOException | RuntimeException e) {
            outcome.failure(failures.unexpected(new IllegalStateException("cannot write the request", e)));
            return;
        }
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call ended, IOException e) {
                outcome.failure(closed ? failures.closed() : failures.io(e, batch));
            }

            @Override
            public void onResponse(Call ended, Response response) {
                Runnable told = () -> outcome.failure(failures.unexpected());
                try {
                    outcome.rateLimit(RateLimitHeaders.of(response.headers()));
                    Reading reading = new Reading(batch, body, failures, outcome);
                    told = reading.read(response, () -> send(batch, receiver));
                    if (closed) { // its connection may have become idle only now
                        client.connectionPool().evictAll();
                    }
                } finally {
                    told.run(); // nobody calls back a second time
                }
            }
        });
        batch.onCancel(call::cancel);
    }

    /** Reads the response to one call. */
    private final class Reading {

        private final Batch batch;
        private final RequestBodies.Body body;
        private final FailureMapper failures;
        private final CountedCall outcome;

        Reading(Batch batch, RequestBodies.Body body, FailureMapper failures, CountedCall outcome) {
            this.batch = batch;
            this.body = body;
            this.failures = failures;
            this.outcome = outcome;
        }

        /** Reads a response to its end; returns what tells the outcome once it is closed, or sends a shorter request. */
        Runnable read(Response response, Runnable sendShorter) {
            try (response) {
                if (response.code() != 200) {
                    ServiceError error =
                            ServiceError.parse(json, response.body().byteStream());
                    long wait = RetryAfter.millis(response.headers(), Instant.now());
                    Failure failure = failures.status(response.code(), error, wait, batch);
                    return failure.refusal() && bodies.refused(batch, body, error)
                            ? () -> outcome.sentAgain(failure, sendShorter)
                            : () -> outcome.failure(failure);
                }
                ReplyParser parser =
                        new ReplyParser(json, batch.shape(), batch.inputs().size());
                float[][] vectors = parser.parse(response.body().byteStream());
                outcome.cost(parser.totalTokens());
                return parser.missing()
                        .<Runnable>map(why -> () -> outcome.some(vectors, failures.badReply(why)))
                        .orElse(() -> outcome.vectors(vectors));
            } catch (ServiceErrorException e) {
                return failed(failures.errorReply(e.error(), batch));
            } catch (IOException e) {
                return failed(closed ? failures.closed() : failures.io(e, batch));
            } catch (RuntimeException e) {
                return failed(failures.unexpected(e));
            }
        }

        private Runnable failed(Failure failure) {
            return () -> outcome.failure(failure);
        }
    }

    private Request request(Batch batch, RequestBodies.Body body, Optional<ApiKey> key) {
        EmbeddingModel model = batch.model();
        boolean azure = model.endpoint().provider() == Provider.AZURE;
        Request.Builder request = new Request.Builder()
                .url(url(model, model.modelId(batch.side()), azure))
                .header("User-Agent", userAgent)
                .post(body.content());
        key.ifPresent(secret -> request.header(
                azure ? "api-key" : "Authorization", azure ? secret.reveal() : "Bearer " + secret.reveal()));
        return request.build();
    }

    private static HttpUrl url(EmbeddingModel model, String id, boolean azure) {
        HttpUrl.Builder url = HttpUrl.get(model.url()).newBuilder();
        if (azure) {
            url.addPathSegments("openai/deployments")
                    .addPathSegment(id)
                    .addQueryParameter("api-version", model.endpoint().apiVersion());
        }
        return url.addPathSegment("embeddings").build();
    }

    /** Ends calls under way, each with a failure, and lets go of threads and connections. */
    @Override
    public void close() {
        closed = true;
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
