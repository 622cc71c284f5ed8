/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.embedding.Recipient;
import dev.embeddingsearch.embedding.RunAll;
import dev.embeddingsearch.model.EmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One text that is being embedded and the requests that want its vector. The recipients are guarded by {@link
 * CachingEmbedder}.
 */
final class InFlight {

    private final Id id;
    private final EmbeddingModel model;
    private final String text;
    private final List<Recipient> recipients = new ArrayList<>();

    /**
     * What requests must have in common to share a text in flight. The purpose is part of it because ingest has a lower
     * priority than a search, and a search gives up earlier than ingest; the model is, because a failure concerns one
     * model.
     */
    record Id(VectorKey key, String model, Purpose purpose) {}

    InFlight(Id id, EmbeddingModel model, String text) {
        this.id = id;
        this.model = model;
        this.text = text;
    }

    Id id() {
        return id;
    }

    String text() {
        return text;
    }

    /**
     * Whether it started with this version of the settings. Settings that were changed and restored are another
     * version.
     */
    @SuppressWarnings("ReferenceEquality") // each change of settings creates new models
    boolean startedWith(EmbeddingModel current) {
        return model == current;
    }

    void join(Recipient recipient) {
        recipients.add(recipient);
    }

    /** Removes the first recipient, the one whose request embeds the text. */
    Recipient leave() {
        return recipients.removeFirst();
    }

    /** The first recipient, if there is one. */
    Optional<Recipient> first() {
        return recipients.stream().findFirst();
    }

    /** Passes the result to all recipients. No further recipient may join before. */
    void complete(EmbeddingResult result) {
        RunAll.run(recipients, recipient -> pass(recipient, result));
    }

    private static void pass(Recipient recipient, EmbeddingResult result) {
        if (result.failure() != null) {
            recipient.failure(result.failure());
        } else {
            recipient.vector(result.vector().clone());
        }
    }
}
