/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.embedding.EmbeddingException;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.util.SetOnce;
import org.opensearch.ExceptionsHelper;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;

/** Takes the vectors of a query's text and lets its rewrite go on. */
final class EmbeddedText implements ActionListener<List<QueryVector>> {

    private final QueryInput input;
    private final Optional<Runnable> lenient;
    private final SetOnce<QueryInput> embedded;
    private final ActionListener<?> rewrite;

    /**
     * @param lenient if present, a failing service leaves the input without vectors and a warning in the response, and this
     *     is run, instead of failing the search
     */
    EmbeddedText(
            QueryInput input, Optional<Runnable> lenient, SetOnce<QueryInput> embedded, ActionListener<?> rewrite) {
        this.input = input;
        this.lenient = lenient;
        this.embedded = embedded;
        this.rewrite = rewrite;
    }

    @Override
    public void onResponse(List<QueryVector> vectors) {
        embedded.set(input.withMore(vectors));
        rewrite.onResponse(null);
    }

    @Override
    public void onFailure(Exception e) {
        boolean failedService = e instanceof EmbeddingException || e instanceof OpenSearchRejectedExecutionException;
        if (lenient.isPresent() && failedService) {
            HeaderWarning.addWarning(
                    "the query could not be embedded (status {}): the result is that of its lexical leg alone",
                    ExceptionsHelper.status(e).getStatus());
            lenient.get().run();
            embedded.set(input.withVectors(List.of()));
            rewrite.onResponse(null);
        } else {
            rewrite.onFailure(e);
        }
    }
}
