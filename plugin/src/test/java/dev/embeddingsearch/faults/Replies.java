/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;

/** The reply to one call, with or without a fault. */
final class Replies {

    private static final long FOR_GOOD_SECONDS = 3600;
    private static final int HTTP_2_INTERNAL_ERROR = 2;

    private final ApiRules rules;
    private final boolean http2;
    private final int longestWaitMillis;

    Replies(ApiRules rules, boolean http2, int longestWaitMillis) {
        this.rules = rules;
        this.http2 = http2;
        this.longestWaitMillis = longestWaitMillis;
    }

    static MockResponse.Builder json(int status, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body(body);
    }

    MockResponse right(EmbeddingsCall call, SplittableRandom random) {
        return json(200, new Entries(call, random).right())
                .setHeader("x-ratelimit-limit-requests", 3000)
                .setHeader("x-ratelimit-limit-tokens", 1_000_000)
                .setHeader("x-ratelimit-remaining-requests", 1 + random.nextInt(2999))
                .setHeader("x-ratelimit-remaining-tokens", 1 + random.nextInt(999_999))
                .setHeader("x-ratelimit-reset-requests", "20ms")
                .setHeader("x-ratelimit-reset-tokens", "1ms")
                .build();
    }

    MockResponse refusal(String text, SplittableRandom random) {
        return new Errors(random, longestWaitMillis).refusal(text).build();
    }

    MockResponse faulty(EmbeddingsCall call, Fault fault, SplittableRandom random) {
        Entries entries = new Entries(call, random);
        Errors errors = new Errors(random, longestWaitMillis);
        MockResponse.Builder reply = switch (fault) {
            case REORDERED -> json(200, entries.reordered());
            case FLOATS -> json(200, entries.floats());
            case FLOATS_AND_BASE64 -> json(200, entries.floatsAndBase64());
            case GZIP -> gzip(entries.right());
            case CHUNKED -> chunked(entries.right(), random);
            case SLOW_HEAD -> json(200, entries.right()).headersDelay(1 + random.nextInt(20), TimeUnit.MILLISECONDS);
            case SLOW_BYTES -> slow(entries.right(), random);
            case LAST_ON_CONNECTION -> lastOnConnection(entries.right());
            case RATE_LIMIT -> errors.rateLimit();
            case INTERNAL_ERROR -> errors.server(500);
            case HALF_INTERNAL_ERROR -> errors.server(500).onResponseBody(close(random));
            case BAD_GATEWAY -> Errors.html(502);
            case UNAVAILABLE -> errors.server(503).setHeader("retry-after-ms", 1 + random.nextInt(longestWaitMillis));
            case OVERLOADED -> Errors.error(529, "overloaded_error", "", "Overloaded");
            case HALF_BODY -> json(200, entries.right()).onResponseBody(close(random));
            case HALF_BODY_OF_UNTOLD_LENGTH -> halfOfUntoldLength(entries.right(), random);
            case CLOSED_BEFORE_HEAD -> closedBeforeHead(random);
            case CLOSED_AFTER_HEAD -> closedAfterHead(entries.right(), random);
            case STALL -> json(200, entries.right()).headersDelay(FOR_GOOD_SECONDS, TimeUnit.SECONDS);
            case QUOTA -> errors.quota();
            case LONG_WAIT -> errors.longWait();
            case UNAUTHORIZED -> errors.unauthorized(rules.key());
            case NOT_FOUND -> errors.notFound();
            case REDIRECT -> json(307, "").setHeader("Location", "http://127.0.0.1:1/v1/embeddings");
            case ERROR_WITH_STATUS_200 ->
                json(200, Errors.errorBody("server_error", "", "The engine is currently overloaded"));
            case HTML_WITH_STATUS_200 -> Errors.html(200);
            case NO_DATA -> json(200, "{\"object\":\"list\",\"model\":\"text-embedding-3-small\"}");
            case SHORT_DATA -> json(200, entries.shortData());
            case LONG_DATA -> json(200, entries.longData());
            case NO_INDEX -> json(200, entries.noIndex());
            case DUPLICATE_INDEX -> json(200, entries.duplicateIndex());
            case WRONG_DIMENSIONS -> json(200, entries.wrongDimensions());
            case BROKEN_BASE64 -> json(200, entries.brokenBase64());
            case NAN_IN_BASE64 -> json(200, entries.nanInBase64());
            case NAN_AS_LITERAL -> json(200, entries.nanAsLiteral());
            case ZERO_VECTOR -> json(200, entries.zeroVector());
        };
        return reply.build();
    }

    private static MockResponse.Builder gzip(String body) {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8(body);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to memory", e);
        }
        return json(200, "").body(zipped).setHeader("Content-Encoding", "gzip");
    }

    /** HTTP/2 knows no chunks; there the length is left out. */
    private MockResponse.Builder chunked(String body, SplittableRandom random) {
        return http2
                ? json(200, body).removeHeader("Content-Length")
                : json(200, "").chunkedBody(body, 1 + random.nextInt(1 + body.length() / 3));
    }

    private static MockResponse.Builder slow(String body, SplittableRandom random) {
        int pauses = 2 + random.nextInt(10);
        return json(200, body).throttleBody(1 + body.length() / pauses, 1 + random.nextInt(4), TimeUnit.MILLISECONDS);
    }

    private MockResponse.Builder lastOnConnection(String body) {
        return http2
                ? json(200, body)
                : json(200, body).setHeader("Connection", "close").onResponseEnd(new SocketEffect.CloseSocket());
    }

    /** Only the JSON tells that the end is missing. */
    private MockResponse.Builder halfOfUntoldLength(String body, SplittableRandom random) {
        String half = body.substring(0, 1 + random.nextInt(body.length() - 2));
        MockResponse.Builder reply = json(200, half).removeHeader("Content-Length");
        return http2 ? reply : reply.onResponseEnd(new SocketEffect.CloseSocket());
    }

    private MockResponse.Builder closedBeforeHead(SplittableRandom random) {
        return http2
                ? json(200, "{}").onResponseBody(close(random))
                : json(200, "{}").onResponseStart(new SocketEffect.CloseSocket());
    }

    private MockResponse.Builder closedAfterHead(String body, SplittableRandom random) {
        return http2
                ? json(200, "{}").onResponseBody(close(random))
                : json(200, "")
                        .setHeader("Content-Length", body.length())
                        .onResponseEnd(new SocketEffect.CloseSocket());
    }

    /** The connection ends; with HTTP/2 it may also be the call alone. */
    private SocketEffect close(SplittableRandom random) {
        return http2 && random.nextBoolean()
                ? new SocketEffect.CloseStream(HTTP_2_INTERNAL_ERROR)
                : new SocketEffect.CloseSocket();
    }
}
