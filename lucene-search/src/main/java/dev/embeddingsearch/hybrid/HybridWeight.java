/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Matches;
import org.apache.lucene.search.MatchesUtils;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/** The weight of a {@link HybridQuery} on one shard: scores, explanations, matches. */
final class HybridWeight extends Weight implements LegScores.Source {

    private final HybridSearch search;

    HybridWeight(HybridQuery query, IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        super(query);
        this.search = new HybridSearch(query, searcher, scoreMode, boost);
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        ScorerSupplier lexical = search.lexical().scorerSupplier(context);
        LeafLegs legs = search.leaf(context);
        boolean matches = lexical != null || legs.nearest().count() > 0;
        return matches ? new HybridScorerSupplier(search, legs, context.ord, lexical) : null;
    }

    @Override
    public Explanation explain(LeafReaderContext context, int doc) throws IOException {
        Explanation raw = search.lexical().explain(context, doc);
        LegScores legs = legs(context, doc, raw.isMatch() ? raw.getValue().doubleValue() : Double.NaN);
        if (!legs.found()) {
            return Explanation.noMatch(
                    "neither a lexical match nor among the nearest vectors",
                    Explanation.noMatch("lexical leg: no match", raw),
                    LegExplanations.unmatched(
                            legs.vector(), search.query().target().field()));
        }
        return Explanation.match(
                search.fusion().fuse(legs.lexical().score(), legs.vector().score()),
                "hybrid score, sum of:",
                LegExplanations.lexical(legs.lexical(), raw),
                LegExplanations.vector(legs.vector(), search.query().target().field(), search.calibration()));
    }

    @Override
    public LegScores of(LeafReaderContext context, int doc) throws IOException {
        Scorer scorer = search.lexical().scorer(context);
        boolean matches = scorer != null && scorer.iterator().advance(doc) == doc;
        return legs(context, doc, matches ? scorer.score() : Double.NaN);
    }

    /** The scores of one document, whose lexical score is {@code raw}, or NaN where it does not match. */
    private LegScores legs(LeafReaderContext context, int doc, double raw) throws IOException {
        LinearFusion fusion = search.fusion();
        Calibration calibration = search.calibration();
        LeafVectors vectors =
                new LeafVectors(context.reader(), search.query().target(), calibration, search.counters());
        double similarity = vectors.raw(doc);
        return new LegScores(
                new LegScores.Lexical(
                        raw, fusion.bound(), Double.isNaN(raw) ? 0 : fusion.normalize(raw), fusion.lexical()),
                new LegScores.Vector(
                        similarity,
                        calibration.mean(),
                        calibration.range(),
                        Double.isNaN(similarity) ? 0 : calibration.normalize(similarity),
                        fusion.vector(),
                        search.nearest().rank(context.docBase + doc)));
    }

    @Override
    public Matches matches(LeafReaderContext context, int doc) throws IOException {
        Matches found = search.lexical().matches(context, doc);
        boolean near = search.nearest().rank(context.docBase + doc) > 0;
        return found == null && near ? MatchesUtils.MATCH_WITH_NO_TERMS : found;
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
        return false; // the restriction around the query is that of one search
    }
}
