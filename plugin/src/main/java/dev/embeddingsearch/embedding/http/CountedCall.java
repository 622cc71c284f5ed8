/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.stats.ModelStats;

/** Counts one call and its outcome in the statistics of its model, and passes the outcome on. */
final class CountedCall implements CallListener {

    private final ModelStats stats;
    private final EmbeddingsCall call;
    private final CallListener listener;
    private final long start = System.nanoTime();
    private long reportedTokens;

    CountedCall(ModelStats stats, EmbeddingsCall call, CallListener listener) {
        this.stats = stats;
        this.call = call;
        this.listener = listener;
        stats.called(call.failedAttempts() > 0);
    }

    CallListener listener() {
        return listener;
    }

    /** Sets the number of tokens that the service reports for this call; 0 if it reports none. */
    void cost(long tokens) {
        reportedTokens = tokens;
    }

    @Override
    public void vectors(float[][] vectors) {
        answered(vectors);
        listener.vectors(vectors);
    }

    @Override
    public void someVectors(float[][] vectors, Failure ofOthers) {
        answered(vectors);
        stats.failed(ofOthers.kind());
        listener.someVectors(vectors, ofOthers);
    }

    private void answered(float[][] vectors) {
        long nanos = System.nanoTime() - start;
        int texts = 0;
        long characters = 0;
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i] != null) {
                texts++;
                characters += call.texts().get(i).length();
            }
        }
        long tokens = reportedTokens > 0 ? reportedTokens : countedTokens();
        double price = call.target().model().pricePerMillionTokens();
        stats.answered(new ModelStats.Answer(texts, characters, tokens, price), nanos);
    }

    private long countedTokens() {
        long sum = 0;
        for (int i = 0; i < call.texts().size(); i++) {
            int counted = call.countedTokens(i);
            sum += counted > 0
                    ? counted
                    : stats.likelyTokens(call.texts().get(i).length());
        }
        return sum;
    }

    @Override
    public void failure(Failure failure) {
        stats.failed(failure.kind());
        listener.failure(failure);
    }

    /** Counts a refusal that the listener does not receive, because the same texts are sent again at once. */
    void sentAgain(Failure refusal, Runnable send) {
        stats.failed(refusal.kind());
        send.run();
    }

    @Override
    public void rateLimit(RateLimitHeaders limit) {
        listener.rateLimit(limit);
    }
}
