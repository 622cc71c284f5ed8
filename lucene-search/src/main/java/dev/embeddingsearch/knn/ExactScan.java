/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.HitQueue;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.VectorScorer;

/** Compares a vector with the stored vectors of documents, even where there are quantized ones beside them. */
final class ExactScan {

    private final KnnTarget target;

    ExactScan(KnnTarget target) {
        this.target = target;
    }

    /** The nearest {@code size} of the accepted documents of one segment, numbered within it. */
    TopDocs nearest(LeafReaderContext context, DocIdSetIterator accepted, int size, QueryTimeout timeout)
            throws IOException {
        VectorScorer scorer = target.exactScorer(context.reader());
        if (scorer == null) {
            return new TopDocs(new TotalHits(0, TotalHits.Relation.EQUAL_TO), new ScoreDoc[0]);
        }
        HitQueue nearest = new HitQueue(Math.min(size, context.reader().maxDoc()), true);
        VectorScorer.Bulk bulk = scorer.bulk(accepted);
        DocAndFloatFeatureBuffer buffer = new DocAndFloatFeatureBuffer();
        TotalHits.Relation relation = TotalHits.Relation.EQUAL_TO;
        long compared = 0;
        while (true) {
            bulk.nextDocsAndScores(DocIdSetIterator.NO_MORE_DOCS, null, buffer);
            if (buffer.size == 0) {
                break;
            }
            compared += buffer.size;
            offer(buffer, nearest);
            if (timeout != null && timeout.shouldExit()) {
                relation = TotalHits.Relation.GREATER_THAN_OR_EQUAL_TO;
                break;
            }
        }
        return new TopDocs(new TotalHits(compared, relation), drain(nearest));
    }

    private static void offer(DocAndFloatFeatureBuffer buffer, HitQueue nearest) {
        for (int i = 0; i < buffer.size; i++) {
            ScoreDoc worst = nearest.top();
            if (buffer.features[i] > worst.score) {
                worst.score = buffer.features[i];
                worst.doc = buffer.docs[i];
                nearest.updateTop();
            }
        }
    }

    /** The hits in the queue, without the sentinels that it was filled with at first. */
    private static ScoreDoc[] drain(HitQueue queue) {
        while (queue.size() > 0 && queue.top().score == Float.NEGATIVE_INFINITY) {
            queue.pop();
        }
        ScoreDoc[] hits = new ScoreDoc[queue.size()];
        for (int i = hits.length - 1; i >= 0; i--) {
            hits[i] = queue.pop();
        }
        return hits;
    }

    /**
     * The same documents with their exact scores, in any order.
     *
     * @param hits documents with estimates of their scores
     * @param errors is told by how much these were off
     */
    List<ScoreDoc> rescore(ScoreDoc[] hits, IndexSearcher searcher, QuantizationError errors) throws IOException {
        List<ScoreDoc> rescored = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            LeafHits found = LeafHits.estimated(hits, leaf);
            VectorScorer scorer = found.count() == 0 ? null : target.exactScorer(leaf.reader());
            for (int i = 0; i < found.count(); i++) {
                scorer.iterator().advance(found.documents()[i]);
                float exact = scorer.score();
                errors.add(found.estimates()[i], exact);
                rescored.add(new ScoreDoc(leaf.docBase + found.documents()[i], exact));
            }
        }
        return rescored;
    }
}
