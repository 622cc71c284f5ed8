/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Side;
import java.util.List;

/** One call of the embeddings API: its texts, and what {@link EmbeddingsApi} must know of them. */
public interface EmbeddingsCall {

    /** What a call is made with besides its texts. Texts of one target may share a call. */
    record Target(EmbeddingModel model, Side side, Purpose purpose, VectorShape shape) {}

    Target target();

    /** The texts as they are sent, prefix included. */
    List<String> texts();

    /** The number of tokens of the text at {@code index}, or 0 if they were not counted. */
    int countedTokens(int index);

    /** How many attempts of this call have failed so far. */
    int failedAttempts();

    /** Whether no request waits for any of the texts any longer. */
    boolean abandoned();

    /** Receives the task that cancels the attempt in flight. */
    void onCancel(Runnable cancel);
}
