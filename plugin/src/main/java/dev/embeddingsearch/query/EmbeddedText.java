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

/** Adds vectors to the text of a query and resumes the rewrite of the query. */
final class EmbeddedText implements ActionListener<List<QueryVector>> {

    private final QuerySource.Text text;
    private final Optional<Runnable> lenient;
    private final SetOnce<QuerySource.Text> embedded;
    private final ActionListener<?> rewrite;

    /**
     * @param lenient if present, a failing service leaves the text without vectors, adds a warning to the response and runs
     *     this, instead of failing the search
     */
    EmbeddedText(
            QuerySource.Text text,
            Optional<Runnable> lenient,
            SetOnce<QuerySource.Text> embedded,
            ActionListener<?> rewrite) {
        this.text = text;
        this.lenient = lenient;
        this.embedded = embedded;
        this.rewrite = rewrite;
    }

    @Override
    public void onResponse(List<QueryVector> vectors) {
        embedded.set(text.addVectors(vectors));
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
            embedded.set(text.withoutVectors());
            rewrite.onResponse(null);
        } else {
            rewrite.onFailure(e);
        }
    }
}
