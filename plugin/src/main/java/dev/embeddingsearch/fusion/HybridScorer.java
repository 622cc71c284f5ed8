/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;

/** Walks the documents that either leg found and scores each with both. */
final class HybridScorer extends Scorer {

    /**
     * How the two legs are weighed.
     *
     * @param bound the score that no document's lexical leg exceeds, or 0 where that leg scores nothing
     * @param lexical weight of the lexical leg, the query's boost included
     * @param vector weight of the vector leg, the query's boost included
     */
    record Fusion(double bound, double lexical, double vector) {

        double normalise(double lexicalScore) {
            return bound > 0 ? Math.min(1, lexicalScore / bound) : 0;
        }

        /** The formula itself; both scores in [0, 1]. */
        float fuse(double lexicalScore, double vectorScore) {
            return (float) (lexical * lexicalScore + vector * vectorScore);
        }
    }

    private final Scorer lexical;
    private final UnionIterator documents;
    private final LeafVectors vectors;
    private final Fusion fusion;

    /**
     * @param lexical the lexical leg of this segment, or null where it matches nothing
     * @param knn the nearest documents of this segment, or empty
     */
    HybridScorer(Scorer lexical, DocIdSetIterator knn, LeafVectors vectors, Fusion fusion) {
        this.lexical = lexical;
        this.documents = new UnionIterator(lexical == null ? DocIdSetIterator.empty() : lexical.iterator(), knn);
        this.vectors = vectors;
        this.fusion = fusion;
    }

    @Override
    public int docID() {
        return documents.docID();
    }

    @Override
    public DocIdSetIterator iterator() {
        return documents;
    }

    @Override
    public float score() throws IOException {
        int doc = documents.docID();
        double lexicalScore = lexical != null && lexical.docID() == doc ? fusion.normalise(lexical.score()) : 0;
        return fusion.fuse(lexicalScore, vectors.score(doc));
    }

    @Override
    public float getMaxScore(int upTo) {
        return fusion.fuse(1, 1);
    }

    @Override
    public Collection<ChildScorable> getChildren() {
        return lexical == null ? List.of() : List.of(new ChildScorable(lexical, "lexical"));
    }

    /** The documents of two iterators in order, each once. */
    private static final class UnionIterator extends DocIdSetIterator {
        private final DocIdSetIterator first;
        private final DocIdSetIterator second;
        private int doc = -1;

        UnionIterator(DocIdSetIterator first, DocIdSetIterator second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public int docID() {
            return doc;
        }

        @Override
        public int nextDoc() throws IOException {
            return advance(doc + 1);
        }

        @Override
        public int advance(int target) throws IOException {
            doc = Math.min(advance(first, target), advance(second, target));
            return doc;
        }

        private static int advance(DocIdSetIterator iterator, int target) throws IOException {
            return iterator.docID() < target ? iterator.advance(target) : iterator.docID();
        }

        @Override
        public long cost() {
            return first.cost() + second.cost();
        }
    }
}
