/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.io.InputStream;
import java.time.Instant;
import okhttp3.Headers;

/** One response of a service, open while {@link ServiceHttp.ResponseHandler#read} runs. */
final class ServiceResponse {

    private final int status;
    private final Headers headers;
    private final InputStream body;

    ServiceResponse(int status, Headers headers, InputStream body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    /** Milliseconds for which the service asks the client to wait; 0 if it does not ask. */
    long retryAfterMillis() {
        return RetryAfter.millis(headers, Instant.now());
    }

    RateLimitHeaders rateLimit() {
        return RateLimitHeaders.of(headers);
    }

    /** The body, whose stream fails after {@code maxBytes}: a service cannot fill the heap. */
    BoundedInputStream body(long maxBytes) {
        return new BoundedInputStream(body, maxBytes);
    }
}
