/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BytesRef;

/** Looks the ids up in each segment. */
final class RankedWeight extends Weight {

    private final RankedQuery query;
    private final float boost;

    RankedWeight(RankedQuery query, float boost) {
        super(query);
        this.query = query;
        this.boost = boost;
    }

    /** A document of one segment. */
    private record Found(int document, Ranks ranks) {}

    /** In order of document. Deleted older versions of a document may be among them; Lucene skips these later. */
    private List<Found> find(LeafReaderContext context) throws IOException {
        Terms terms = context.reader().terms(query.idField());
        if (terms == null) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        TermsEnum ids = terms.iterator();
        PostingsEnum postings = null;
        for (Map.Entry<BytesRef, Ranks> wanted : query.ranks().entrySet()) {
            if (ids.seekExact(wanted.getKey())) {
                postings = ids.postings(postings, PostingsEnum.NONE);
                while (postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    found.add(new Found(postings.docID(), wanted.getValue()));
                }
            }
        }
        found.sort(Comparator.comparingInt(Found::document));
        return found;
    }

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
            scores[i] = boost * query.fusion().score(found.get(i).ranks());
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
                Explanation.noMatch(
                        "documents in the lists of both legs: " + query.ranks().size()));
    }

    private Explanation explain(Ranks ranks) {
        RankFusion fusion = query.fusion();
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
        int constant = query.fusion().rankConstant();
        return Explanation.match(
                (float) part,
                leg + ", computed as weight * (rank_constant + 1) / (rank_constant + rank) from:",
                Explanation.match(weight, "weight"),
                Explanation.match(constant, "rank_constant"),
                Explanation.match(rank, "rank"));
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
        return true;
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
