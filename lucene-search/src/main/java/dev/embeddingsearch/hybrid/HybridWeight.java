/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.BegunSearch;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnResult;
import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.knn.UnprofiledSearcher;
import dev.embeddingsearch.knn.UnseenBound;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Matches;
import org.apache.lucene.search.MatchesUtils;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/** Scores {@link HybridQuery} on one shard: bound and calibration are the shard's, the same for all its segments. */
final class HybridWeight extends Weight implements LegScores.Source {

    private final HybridQuery hybrid;
    private final Weight lexical;
    /** The same for what is looked at beside the search of a segment, by any thread. */
    private final Weight lexicalBeside;

    private final BegunSearch begun;
    private final KnnResult nearest;
    private final LexicalBound bound;
    private final Calibration calibration;
    private final float boost;
    private final IndexSearcher searcher;
    private final int hits;
    /** Whether the score of some matches is of no interest. */
    private final boolean mayPassOver;

    private TopCandidates head;

    HybridWeight(HybridQuery query, IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        super(query);
        this.hybrid = query;
        this.lexical = query.lexicalWeight(searcher, scoreMode);
        this.lexicalBeside = query.scope().isProfiled(searcher)
                ? query.lexicalWeight(new UnprofiledSearcher(searcher), scoreMode)
                : lexical;
        this.begun = new BegunSearch(query.leg());
        this.nearest = query.nearest(searcher, begun);
        nearest.count(query.work().part());
        SearchScope.Restriction restriction = query.scope().restriction(searcher);
        this.bound = query.lexicalBound(restriction.filter(), searcher);
        this.calibration = Calibration.of(query.leg(), restriction, searcher);
        this.boost = boost;
        this.hits = query.hits();
        this.mayPassOver = scoreMode == ScoreMode.TOP_SCORES || hits > 0;
        this.searcher = searcher;
    }

    private LinearFusion fusion() throws IOException {
        double vectorWeight = hybrid.vectorWeight();
        return new LinearFusion(bound.get(), boost * (1 - vectorWeight), boost * vectorWeight);
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        ScorerSupplier lexicalSupplier = lexical.scorerSupplier(context);
        KnnResult.Found found = nearest.in(context);
        return lexicalSupplier == null && found.count() == 0 ? null : new LegsSupplier(context, lexicalSupplier, found);
    }

    /** Scored when the first segment is searched, for all of them. */
    private synchronized TopCandidates head() throws IOException {
        if (head == null) {
            head = widened(head(nearest.further()));
        }
        return head;
    }

    private TopCandidates head(KnnResult.Further further) throws IOException {
        List<CandidateBounds> parts = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            parts.add(new LegsSupplier(leaf, null, nearest.in(leaf)).seen(further));
        }
        return TopCandidates.of(parts, further.outside(), fusion(), hits);
    }

    /** The same among more candidates, as long as that takes less than to compare the lexical matches one by one. */
    private TopCandidates widened(TopCandidates first) throws IOException {
        KnnQuery knn = hybrid.extensible();
        if (knn == null || hits == 0) {
            return first;
        }
        CandidateExpansion widening = widening();
        long visited = nearest.visited();
        if (widening.candidates(knn.options().numCandidates(), visited, begun.visited(), 1) == 0) {
            return first;
        }
        LexicalSample sample =
                new LexicalSample(lexicalBeside, searcher, hybrid.work().part());
        TopCandidates head = first;
        while (true) {
            int candidates = widening.candidates(
                    knn.options().numCandidates(), visited, begun.visited(), competing(head, sample));
            if (candidates == 0) {
                return head;
            }
            knn = knn.among(candidates);
            KnnSearch search = knn.search(searcher, begun);
            KnnResult.Further longer = search.further(nearest.errors());
            hybrid.work().part().add(SearchCounters.Count.KNN_VECTORS_VISITED, search.visited());
            visited = Math.max(visited, search.visited());
            if (longer.outside().likely() >= head.outside().likely()) {
                return head;
            }
            head = head(longer);
        }
    }

    private CandidateExpansion widening() throws IOException {
        long matches = 0;
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            ScorerSupplier supplier = lexicalBeside.scorerSupplier(leaf);
            matches += supplier == null ? 0 : supplier.cost();
        }
        int documents = searcher.getIndexReader().numDocs();
        return new CandidateExpansion(Math.min(matches, documents), documents, hits);
    }

    /** Which part of the lexical matches may reach the best hits, about. */
    private double competing(TopCandidates head, LexicalSample sample) throws IOException {
        double outside = calibration.bound(head.outside()).likely();
        return sample.share(new Threshold(fusion(), outside, head.floor()).raise(head.floor()), fusion());
    }

    /** The legs on one segment, and what decides between their documents. */
    private record Legs(VectorScores vectors, CompleteScores complete, Threshold competition) {}

    /** Makes the scorer of one segment from the lexical one, null where that matches nothing, and what kNN found there. */
    private final class LegsSupplier extends ScorerSupplier {
        private final LeafReaderContext context;
        private final ScorerSupplier lexicalSupplier;
        private final KnnResult.Found found;
        private final SearchCounters.Part work = hybrid.work().part();

        LegsSupplier(LeafReaderContext context, ScorerSupplier lexicalSupplier, KnnResult.Found found) {
            this.context = context;
            this.lexicalSupplier = lexicalSupplier;
            this.found = found;
        }

        @Override
        public Scorer get(long leadCost) throws IOException {
            Legs legs = legs(hits > 0);
            Scorer skipping = lexicalSupplier == null ? null : lexicalSupplier.get(leadCost);
            LexicalLeg leg = new LexicalLeg(skipping, legs.complete(), legs.competition(), work);
            return new HybridScorer(leg, legs.vectors(), legs.competition());
        }

        @Override
        public BulkScorer bulkScorer() throws IOException {
            BulkScorer all = lexicalSupplier == null ? null : lexicalSupplier.bulkScorer();
            Legs legs = legs(mayPassOver);
            return new HybridBulkScorer(all, legs.complete(), legs.vectors(), legs.competition(), work);
        }

        /**
         * @param headFirst whether what the kNN search saw is scored before, for the score that the best hits reach
         */
        private Legs legs(boolean headFirst) throws IOException {
            if (!headFirst) {
                VectorScores vectors = vectorScores();
                return new Legs(
                        vectors,
                        completeScores(),
                        new Threshold(fusion(), vectors.outside().likely(), 0));
            }
            CandidateBounds part = head().part(context.ord);
            VectorScores vectors = vectorScores(part.nearest(), head().outside());
            return new Legs(
                    vectors,
                    part.complete(),
                    new Threshold(fusion(), vectors.outside().likely(), head().floor()));
        }

        private CandidateBounds seen(KnnResult.Further further) throws IOException {
            return CandidateBounds.of(
                    found,
                    further.in(context),
                    completeScores(),
                    vectors(),
                    estimates(further.outside().error()));
        }

        private QuantizedBounds estimates(double error) {
            return new QuantizedBounds(context, begun, hybrid.leg(), calibration, error, work);
        }

        private CompleteScores completeScores() {
            return CompleteScores.by(
                    () -> {
                        ScorerSupplier supplier = lexicalBeside.scorerSupplier(context);
                        return supplier == null ? null : supplier.get(found.count());
                    },
                    work);
        }

        private VectorScores vectorScores() throws IOException {
            return vectorScores(
                    new NearestDocuments(found.documents(), () -> vectors().scores(found)), nearest.outside());
        }

        private VectorScores vectorScores(NearestDocuments inside, UnseenBound outside) throws IOException {
            LeafVectors others = vectors();
            return new VectorScores(
                    inside,
                    others,
                    others.isEmpty() ? UnseenBound.exact(0) : calibration.bound(outside),
                    estimates(outside.error()));
        }

        private LeafVectors vectors() throws IOException {
            return new LeafVectors(context.reader(), hybrid.leg(), calibration, work);
        }

        @Override
        public long cost() {
            return (lexicalSupplier == null ? 0 : lexicalSupplier.cost()) + found.count();
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
        Explanation raw = lexical.explain(context, doc);
        LegScores legs = legs(context, doc, raw.isMatch() ? raw.getValue().doubleValue() : Double.NaN);
        if (!legs.found()) {
            return Explanation.noMatch(
                    "neither a lexical match nor among the nearest vectors",
                    Explanation.noMatch("lexical leg: no match", raw),
                    LegExplanations.unmatched(legs.vector(), hybrid.leg().field()));
        }
        return Explanation.match(
                fusion().fuse(legs.lexical().score(), legs.vector().score()),
                "hybrid score, sum of:",
                LegExplanations.lexical(legs.lexical(), raw),
                LegExplanations.vector(legs.vector(), hybrid.leg().field(), calibration));
    }

    @Override
    public LegScores of(LeafReaderContext context, int doc) throws IOException {
        Scorer scorer = lexical.scorer(context);
        boolean matches = scorer != null && scorer.iterator().advance(doc) == doc;
        return legs(context, doc, matches ? scorer.score() : Double.NaN);
    }

    /** All about one document whose lexical score is {@code raw}, or NaN. */
    private LegScores legs(LeafReaderContext context, int doc, double raw) throws IOException {
        LinearFusion fusion = fusion();
        LeafVectors vectors = new LeafVectors(
                context.reader(), hybrid.leg(), calibration, hybrid.work().part());
        double similarity = vectors.raw(doc);
        return new LegScores(
                new LegScores.Lexical(
                        raw, fusion.bound(), Double.isNaN(raw) ? 0 : fusion.normalise(raw), fusion.lexical()),
                new LegScores.Vector(
                        similarity,
                        calibration.mean(),
                        calibration.range(),
                        Double.isNaN(similarity) ? 0 : calibration.normalise(similarity),
                        fusion.vector(),
                        nearest.rank(context.docBase + doc)));
    }

    @Override
    public Matches matches(LeafReaderContext context, int doc) throws IOException {
        Matches found = lexical.matches(context, doc);
        boolean near = nearest.rank(context.docBase + doc) > 0;
        return found == null && near ? MatchesUtils.MATCH_WITH_NO_TERMS : found;
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
        return false; // it depends on what surrounds the query, which no other search may have
    }
}
