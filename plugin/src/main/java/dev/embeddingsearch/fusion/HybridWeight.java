/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Matches;
import org.apache.lucene.search.MatchesUtils;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/** Scores {@link HybridQuery} on one shard: bound and calibration are the shard's, the same for all its segments. */
final class HybridWeight extends Weight {

    private final HybridQuery hybrid;
    private final Weight lexical;
    private final Weight knn;
    private final LexicalBound bound;
    private final Calibration calibration;
    private final float boost;

    HybridWeight(HybridQuery query, IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        super(query);
        this.hybrid = query;
        this.lexical = query.lexicalWeight(searcher, scoreMode);
        this.knn = query.knnWeight(searcher);
        this.bound = new LexicalBound(query.lexical(), searcher);
        this.calibration = Calibration.of(query.leg(), searcher.getIndexReader());
        this.boost = boost;
    }

    private HybridScorer.Fusion fusion() throws IOException {
        double vectorWeight = hybrid.vectorWeight();
        return new HybridScorer.Fusion(bound.get(), boost * (1 - vectorWeight), boost * vectorWeight);
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        ScorerSupplier lexicalSupplier = lexical.scorerSupplier(context);
        ScorerSupplier knnSupplier = knn.scorerSupplier(context);
        if (lexicalSupplier == null && knnSupplier == null) {
            return null;
        }
        return new LegsSupplier(context, lexicalSupplier, knnSupplier);
    }

    /** Makes the scorer of one segment from those of the legs, either of which is null where it matches nothing. */
    private final class LegsSupplier extends ScorerSupplier {
        private final LeafReaderContext context;
        private final ScorerSupplier lexicalSupplier;
        private final ScorerSupplier knnSupplier;

        LegsSupplier(LeafReaderContext context, ScorerSupplier lexicalSupplier, ScorerSupplier knnSupplier) {
            this.context = context;
            this.lexicalSupplier = lexicalSupplier;
            this.knnSupplier = knnSupplier;
        }

        @Override
        public Scorer get(long leadCost) throws IOException {
            DocIdSetIterator found = knnSupplier == null
                    ? DocIdSetIterator.empty()
                    : knnSupplier.get(leadCost).iterator();
            NearestDocuments nearest = new NearestDocuments(found, vectors());
            HybridScorer.Fusion fusion = fusion();
            Scorer skipping = lexicalSupplier == null ? null : lexicalSupplier.get(leadCost);
            LexicalLeg lexicalLeg = new LexicalLeg(
                    skipping, () -> lexical.scorerSupplier(context).get(nearest.count()), fusion);
            LeafVectors vectors = vectors();
            OutsideBound outside =
                    vectors.isEmpty() ? OutsideBound.exact(0) : hybrid.outside().normalised(calibration);
            return new HybridScorer(lexicalLeg, nearest, vectors, fusion, outside);
        }

        private LeafVectors vectors() throws IOException {
            return new LeafVectors(context.reader(), hybrid.leg(), calibration);
        }

        @Override
        public long cost() {
            return (lexicalSupplier == null ? 0 : lexicalSupplier.cost())
                    + (knnSupplier == null ? 0 : knnSupplier.cost());
        }

        /** Only a scorer that knows itself at the top prepares to skip. */
        @Override
        public void setTopLevelScoringClause() throws IOException {
            if (lexicalSupplier != null) {
                lexicalSupplier.setTopLevelScoringClause();
            }
        }
    }

    @Override
    public Explanation explain(LeafReaderContext context, int doc) throws IOException {
        Explanation lexicalMatch = lexical.explain(context, doc);
        boolean nearest = knn.explain(context, doc).isMatch();
        if (lexicalMatch.isMatch() == false && nearest == false) {
            return Explanation.noMatch("neither a lexical match nor among the nearest vectors", lexicalMatch);
        }
        HybridScorer.Fusion fusion = fusion();
        double lexicalScore = lexicalMatch.isMatch()
                ? fusion.normalise(lexicalMatch.getValue().doubleValue())
                : 0;
        LeafVectors vectors = new LeafVectors(context.reader(), hybrid.leg(), calibration);
        double raw = vectors.raw(doc);
        double vectorScore = Double.isNaN(raw) ? 0 : calibration.normalise(raw);
        return Explanation.match(
                fusion.fuse(lexicalScore, vectorScore),
                "hybrid score, sum of:",
                explainLexical(fusion, lexicalScore, lexicalMatch),
                explainVector(fusion, vectorScore, raw, nearest));
    }

    private static Explanation explainLexical(HybridScorer.Fusion fusion, double score, Explanation raw) {
        if (raw.isMatch() == false) {
            return Explanation.match(0f, "lexical leg: no match", raw);
        }
        return Explanation.match(
                (float) fusion.lexical() * (float) score,
                "lexical leg, product of:",
                Explanation.match((float) fusion.lexical(), "weight"),
                Explanation.match(
                        (float) score,
                        "normalised, computed as score / bound from:",
                        raw,
                        Explanation.match((float) fusion.bound(), "bound: no document's score exceeds it")));
    }

    private Explanation explainVector(HybridScorer.Fusion fusion, double score, double raw, boolean nearest) {
        if (Double.isNaN(raw)) {
            return Explanation.match(
                    0f, "vector leg: no vector in field [" + hybrid.leg().field() + "]");
        }
        return Explanation.match(
                (float) fusion.vector() * (float) score,
                "vector leg, product of:",
                Explanation.match((float) fusion.vector(), "weight"),
                Explanation.match(
                        (float) score,
                        "normalised, computed as " + calibration.formula() + " from:",
                        Explanation.match(
                                (float) raw,
                                "exact similarity with field [" + hybrid.leg().field() + "], "
                                        + (nearest ? "among the nearest" : "not among the nearest")),
                        Explanation.match((float) calibration.mean(), "mean similarity of the query")));
    }

    @Override
    public Matches matches(LeafReaderContext context, int doc) throws IOException {
        List<Matches> found = Stream.of(lexical.matches(context, doc), knn.matches(context, doc))
                .filter(match -> match != null)
                .toList();
        return MatchesUtils.fromSubMatches(found);
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
        return lexical.isCacheable(context) && knn.isCacheable(context);
    }
}
