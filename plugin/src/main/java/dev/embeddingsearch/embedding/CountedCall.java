/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import dev.embeddingsearch.stats.ModelStats;

/** Counts one call, from its beginning to its outcome, and passes that on. */
final class CountedCall implements BatchListener {

    private final ModelStats stats;
    private final Batch batch;
    private final BatchListener receiver;
    private final long start = System.nanoTime();
    private long tokensSaid;

    CountedCall(ModelStats stats, Batch batch, BatchListener receiver) {
        this.stats = stats;
        this.batch = batch;
        this.receiver = receiver;
        stats.called(batch.failedAttempts() > 0);
    }

    /** Takes over the tokens that the service says it counted; 0 where it does not say. */
    void cost(long tokens) {
        tokensSaid = tokens;
    }

    @Override
    public void vectors(float[][] vectors) {
        answered(vectors);
        receiver.vectors(vectors);
    }

    @Override
    public void some(float[][] vectors, Failure others) {
        answered(vectors);
        stats.failed(others.kind());
        receiver.some(vectors, others);
    }

    private void answered(float[][] vectors) {
        long nanos = System.nanoTime() - start;
        int inputs = 0;
        long characters = 0;
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i] != null) {
                inputs++;
                characters += batch.inputs().get(i).text().length();
            }
        }
        long tokens = tokensSaid > 0 ? tokensSaid : countedTokens();
        stats.answered(
                new ModelStats.Answer(inputs, characters, tokens, batch.model().pricePerMillionTokens()), nanos);
    }

    private long countedTokens() {
        return batch.inputs().stream().mapToLong(this::tokens).sum();
    }

    /** Small inputs are not counted before they are sent: they come with the most they could have. */
    private long tokens(Input input) {
        int length = input.text().length();
        return input.tokens() < Preparation.mostTokens(length) ? input.tokens() : stats.likelyTokens(length);
    }

    @Override
    public void failure(Failure failure) {
        stats.failed(failure.kind());
        receiver.failure(failure);
    }

    /** Counts a refusal that nobody hears of, for the same inputs are sent again at once. */
    void sentAgain(Failure refusal, Runnable send) {
        stats.failed(refusal.kind());
        send.run();
    }

    @Override
    public void rateLimit(RateLimitHeaders limit) {
        receiver.rateLimit(limit);
    }

    @Override
    public boolean abandoned() {
        return receiver.abandoned();
    }
}
