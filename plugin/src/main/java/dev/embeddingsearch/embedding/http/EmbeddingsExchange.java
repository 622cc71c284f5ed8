/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.io.IOException;

/** Turns the response to one call of the embeddings API into vectors or a {@link Failure}. */
final class EmbeddingsExchange implements ServiceHttp.ResponseHandler {

    private final EmbeddingsApi api;
    private final EmbeddingsCall call;
    private final RequestBodies.Body body;
    private final FailureMapper failures;
    private final CountedCall counted;

    EmbeddingsExchange(
            EmbeddingsApi api,
            EmbeddingsCall call,
            RequestBodies.Body body,
            FailureMapper failures,
            CountedCall counted) {
        this.api = api;
        this.call = call;
        this.body = body;
        this.failures = failures;
        this.counted = counted;
    }

    @Override
    public void failed(IOException e) {
        counted.failure(io(e));
    }

    @Override
    public void unread() {
        counted.failure(failures.unexpected());
    }

    @Override
    public Runnable read(ServiceResponse response) {
        counted.rateLimit(response.rateLimit());
        try {
            return response.status() == 200 ? readReply(response) : readRefusal(response);
        } catch (ServiceErrorException e) {
            return report(failures.errorReply(e.error(), call));
        } catch (IOException e) {
            return report(io(e));
        } catch (RuntimeException e) {
            return report(failures.unexpected(e));
        }
    }

    private Runnable readReply(ServiceResponse response) throws IOException, ServiceErrorException {
        ReplyParser parser =
                new ReplyParser(api.json(), call.target().shape(), call.texts().size());
        float[][] vectors = parser.parse(response.body(parser.maxBytes()));
        counted.cost(parser.totalTokens());
        return parser.missing()
                .<Runnable>map(why -> () -> counted.someVectors(vectors, failures.badReply(why)))
                .orElse(() -> counted.vectors(vectors));
    }

    private Runnable readRefusal(ServiceResponse response) {
        ServiceError error = ServiceError.parse(api.json(), response.body(ServiceError.MAX_BYTES));
        if (error.equals(ServiceError.NONE) && api.isClosed()) {
            return report(failures.closed()); // the body was cut off, and with it the reason of the status
        }
        Failure failure = failures.status(response.status(), error, response.retryAfterMillis(), call);
        return failure.refusal() && api.bodies().refused(call, body, error)
                ? () -> counted.sentAgain(failure, this::sendShorter)
                : report(failure);
    }

    private void sendShorter() {
        api.send(call, counted.listener());
    }

    private Failure io(IOException e) {
        return api.isClosed() ? failures.closed() : failures.io(e, call);
    }

    private Runnable report(Failure failure) {
        return () -> counted.failure(failure);
    }
}
