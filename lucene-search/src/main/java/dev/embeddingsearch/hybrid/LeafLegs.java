/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.ExtraCandidates;
import dev.embeddingsearch.knn.LeafHits;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScorerSupplier;

/** Both legs on one segment: what scores its documents, exactly or by bounds. */
final class LeafLegs {

    private final HybridSearch search;
    private final LeafReaderContext context;
    private final LeafHits nearest;
    private final SearchCounters.Part counters;

    /**
     * @param counters counts for the thread that uses this
     */
    LeafLegs(HybridSearch search, LeafReaderContext context, SearchCounters.Part counters) {
        this.search = search;
        this.context = context;
        this.nearest = search.nearest().in(context);
        this.counters = counters;
    }

    /** The documents of the segment that the vector leg matches. */
    LeafHits nearest() {
        return nearest;
    }

    SearchCounters.Part counters() {
        return counters;
    }

    /** The lexical scores of documents, in increasing order of document. */
    CompleteScores lexicalScores() {
        return CompleteScores.by(
                () -> {
                    ScorerSupplier supplier = search.unprofiledLexical().scorerSupplier(context);
                    return supplier == null ? null : supplier.get(nearest.count());
                },
                counters);
    }

    /** The exact vector scores of documents, in increasing order of document. */
    LeafVectors exactVectors() throws IOException {
        return new LeafVectors(context.reader(), search.query().target(), search.calibration(), counters);
    }

    private QuantizedBounds quantizedBounds(double error) {
        return new QuantizedBounds(
                context, search.knn(), search.query().target(), search.calibration(), error, counters);
    }

    /** The kNN search's hits and extra candidates in the segment, with bounds of their scores. */
    CandidateBounds candidateBounds(ExtraCandidates extra) throws IOException {
        return CandidateBounds.of(
                nearest,
                extra.in(context),
                lexicalScores(),
                exactVectors(),
                quantizedBounds(extra.unseen().error()));
    }

    /** The vector scores of all documents, where the kNN search's hits are the only ones known. */
    VectorScores vectorScores() throws IOException {
        return vectorScores(
                new ScoredDocuments(nearest.documents(), () -> exactVectors().scores(nearest)),
                search.nearest().unseen());
    }

    /**
     * The vector scores of all documents.
     *
     * @param known the documents whose scores are known
     * @param unseen bounds the similarity of all others
     */
    VectorScores vectorScores(ScoredDocuments known, UnseenBound unseen) throws IOException {
        LeafVectors others = exactVectors();
        return new VectorScores(
                known,
                others,
                others.isEmpty() ? UnseenBound.exact(0) : search.calibration().bound(unseen),
                quantizedBounds(unseen.error()));
    }
}
