/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.model.Provider;
import dev.embeddingsearch.model.UrlAllowlist;
import java.io.Closeable;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Sends JSON to the services of models over HTTP, whichever API they offer. It follows no redirect, uses no proxy and
 * stores no cookie, and connects to a private address only if the allow-list names the host in full (see {@link
 * AddressGuard}). OkHttp may try another address of a host or replace a stale connection; all other retries are up to
 * the caller.
 */
public final class ServiceHttp implements Closeable {

    private final String userAgent;
    private final OkHttpClient client;
    private volatile boolean closed;

    /**
     * Handles the outcome of one request. Exactly one method is called, once, on a thread of the HTTP client or on the
     * thread that sent the request. {@link #unread} follows only a {@link #read} that has thrown.
     */
    interface ResponseHandler {

        /** No response came: the connection failed or was cancelled, or the timeout has passed. */
        void failed(IOException e);

        /** Reads a response, whatever its status, and returns a task to run once the response is closed. */
        Runnable read(ServiceResponse response);

        /** Reports a response that {@link #read} could not read because it has thrown. */
        void unread();
    }

    /**
     * @param userAgent value of the {@code User-Agent} header
     * @param dns resolves host names; {@link AddressGuard} checks the addresses it returns
     */
    public ServiceHttp(UrlAllowlist allowlist, CertificateAuthorities authorities, String userAgent, Dns dns) {
        this.userAgent = userAgent;
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(Integer.MAX_VALUE); // callers bound the number of requests in flight
        dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .dns(new AddressGuard(allowlist, dns))
                .proxy(Proxy.NO_PROXY)
                .socketFactory(new DirectSockets())
                .followRedirects(false)
                .followSslRedirects(false)
                .connectTimeout(Duration.ofSeconds(10))
                .readTimeout(Duration.ZERO) // JsonPost#timeout bounds the whole call
                .writeTimeout(Duration.ZERO);
        authorities.applyTo(builder);
        this.client = builder.build();
    }

    /**
     * Prepares a request.
     *
     * @throws RuntimeException if the request cannot be built
     */
    Call prepare(JsonPost post) {
        Call call = client.newCall(request(post));
        call.timeout().timeout(post.timeout().millis(), TimeUnit.MILLISECONDS);
        return call;
    }

    /** Sends a prepared request; returns a task that cancels it. */
    Runnable send(Call call, ResponseHandler handler) {
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call ended, IOException e) {
                handler.failed(e);
            }

            @Override
            public void onResponse(Call ended, Response response) {
                Runnable report = handler::unread;
                try (response) {
                    report = handler.read(new ServiceResponse(
                            response.code(), response.headers(), response.body().byteStream()));
                } finally {
                    try {
                        if (closed) { // only now has the connection become idle, so that close() could not evict it
                            client.connectionPool().evictAll();
                        }
                    } finally {
                        report.run(); // OkHttp does not call back a second time
                    }
                }
            }
        });
        return call::cancel;
    }

    private Request request(JsonPost post) {
        Request.Builder request = new Request.Builder()
                .url(post.url())
                .header("User-Agent", userAgent)
                .post(post.body());
        boolean azure = post.provider() == Provider.AZURE;
        post.key()
                .ifPresent(key -> request.header(
                        azure ? "api-key" : "Authorization", azure ? key.reveal() : "Bearer " + key.reveal()));
        return request.build();
    }

    /** Whether {@link #close} was called, so that requests fail because this node shuts down. */
    boolean isClosed() {
        return closed;
    }

    /** Cancels all requests in flight, each of which fails, and releases threads and connections. */
    @Override
    public void close() {
        closed = true;
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
