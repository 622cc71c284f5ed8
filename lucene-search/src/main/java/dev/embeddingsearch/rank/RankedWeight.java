/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/** Matches documents of known ranks, and scores each by its ranks. */
abstract class RankedWeight extends Weight {

    private final RankFusion fusion;
    private final float boost;

    RankedWeight(Query query, RankFusion fusion, float boost) {
        super(query);
        this.fusion = fusion;
        this.boost = boost;
    }

    /** A document of one segment. */
    record Found(int document, Ranks ranks) {}

    /** Those of one segment, in order of document. */
    abstract List<Found> find(LeafReaderContext context) throws IOException;

    /** How many documents have ranks, in all segments or not. */
    abstract int ranked();

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        List<Found> found = find(context);
        if (found.isEmpty()) {
            return null;
        }
        int[] documents = found.stream().mapToInt(Found::document).toArray();
        float[] scores = new float[documents.length];
        float best = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = boost * fusion.score(found.get(i).ranks());
            best = Math.max(best, scores[i]);
        }
        return new DefaultScorerSupplier(new RankedScorer(new SortedDocuments(documents), scores, best));
    }

    @Override
    public Explanation explain(LeafReaderContext context, int document) throws IOException {
        return find(context).stream()
                .filter(found -> found.document() == document)
                .findFirst()
                .map(found -> explain(found.ranks()))
                .orElseGet(this::unranked);
    }

    private Explanation unranked() {
        return Explanation.noMatch(
                "not among the best of the fused ranks",
                Explanation.noMatch("lexical leg: not in its list"),
                Explanation.noMatch("vector leg: not in its list"),
                Explanation.noMatch("documents in the lists of both legs: " + ranked()));
    }

    private Explanation explain(Ranks ranks) {
        float weight = fusion.vectorWeight();
        Explanation sum = Explanation.match(
                fusion.score(ranks),
                "fused ranks, sum of:",
                part("lexical leg", 1 - weight, ranks.lexical(), fusion.lexicalPart(ranks)),
                part("vector leg", weight, ranks.vector(), fusion.vectorPart(ranks)));
        return boost == 1
                ? sum
                : Explanation.match(boost * fusion.score(ranks), "product of:", Explanation.match(boost, "boost"), sum);
    }

    private Explanation part(String leg, float weight, int rank, double part) {
        if (rank == 0) {
            return Explanation.match(0f, leg + ": not in its list");
        }
        int constant = fusion.rankConstant();
        return Explanation.match(
                (float) part,
                leg + ", computed as weight * (rank_constant + 1) / (rank_constant + rank) from:",
                Explanation.match(weight, "weight"),
                Explanation.match(constant, "rank_constant"),
                Explanation.match(rank, "rank"));
    }

    private static final class RankedScorer extends Scorer {
        private final SortedDocuments documents;
        private final float[] scores;
        private final float best;

        RankedScorer(SortedDocuments documents, float[] scores, float best) {
            this.documents = documents;
            this.scores = scores;
            this.best = best;
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
        public float score() {
            return scores[documents.place()];
        }

        @Override
        public float getMaxScore(int upTo) {
            return best;
        }
    }
}
