/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.dispatch;

import dev.embeddingsearch.embedding.Collector;
import dev.embeddingsearch.embedding.Recipient;
import dev.embeddingsearch.embedding.RunAll;
import dev.embeddingsearch.embedding.http.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * One distinct text, ready to be sent, and the requests that want its vector. Further requests may join while it is in
 * an {@link InputQueue}, under the lock of {@link DispatchState}; afterwards it does not change.
 */
final class Input {

    private final String text;
    private final int tokens;
    private final List<Recipient> recipients = new ArrayList<>(1);

    /**
     * @param tokens the number of tokens, or {@link Preparation#maxTokens} if they were not counted
     */
    Input(String text, int tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    Input wantedBy(Collector collector, List<Integer> positions) {
        recipients.add(new Recipient(collector, positions));
        return this;
    }

    /** Adds the recipients of the same text. */
    void join(Input same) {
        recipients.addAll(same.recipients);
    }

    String text() {
        return text;
    }

    /** The number of tokens or an upper bound of it. */
    int tokens() {
        return tokens;
    }

    /** The number of tokens, or 0 if they were not counted. */
    int countedTokens() {
        return tokens < Preparation.maxTokens(text.length()) ? tokens : 0;
    }

    void attempted(Failure failure) {
        recipients.forEach(recipient -> recipient.collector().attempted(failure.exception()));
    }

    /** Whether no request waits for the vector any longer. */
    boolean abandoned() {
        return recipients.stream().allMatch(recipient -> recipient.collector().answered());
    }

    /** Passes the vector to all recipients; each but the first gets a copy. */
    void vector(float[] vector) {
        Recipient first = recipients.getFirst();
        RunAll.run(recipients, recipient -> recipient.vector(recipient.equals(first) ? vector : vector.clone()));
    }

    void failure(Exception failure) {
        RunAll.run(recipients, recipient -> recipient.failure(failure));
    }

    /** Omits the text: it belongs to the user and must not appear in a log. */
    @Override
    public String toString() {
        return "Input[tokens=" + tokens + ", recipients=" + recipients.size() + "]";
    }
}
