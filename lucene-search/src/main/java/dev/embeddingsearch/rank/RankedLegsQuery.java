/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import dev.embeddingsearch.knn.ScopedQuery;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.knn.UnprofiledSearcher;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.Weight;

/**
 * Searches a reader for the best documents of two legs, and matches the best of their fused ranks. The search of a single
 * shard needs no more than this; ranks in several shards must be known before, as in {@link RankedQuery}.
 *
 * <p>The legs are searched when the first weight is made, and what they found is kept for later weights. That is not done
 * by the rewrite, since OpenSearch checks timeouts and cancellation only after it.
 */
public final class RankedLegsQuery extends Query implements ScopedQuery {

    private final Legs legs;
    private final RankFusion fusion;
    private final int size;
    /** Part of one search, not of the query: {@link #equals} ignores it. */
    private final SearchScope scope;

    private final Ids ids;

    private Searched searched;

    /**
     * What is searched.
     *
     * @param lexical restricted by this query to the documents that its scope allows
     * @param vector restricted to them by itself; {@link MatchNoDocsQuery} for none
     */
    public record Legs(Query lexical, Query vector) {

        public Legs {
            Objects.requireNonNull(lexical, "lexical");
            Objects.requireNonNull(vector, "vector");
        }
    }

    /** Reads the id of a document, which decides between equal scores at the end of the list. */
    public interface Ids {

        String of(IndexReader reader, int document) throws IOException;
    }

    /** The documents found in one reader under one restriction. */
    private record Searched(Object reader, SearchScope.Restriction restriction, FusedDocuments documents) {}

    /** @param size documents requested of each leg, and kept of both, at least 1 */
    public RankedLegsQuery(Legs legs, RankFusion fusion, int size, SearchScope scope, Ids ids) {
        this.legs = Objects.requireNonNull(legs, "legs");
        this.fusion = Objects.requireNonNull(fusion, "fusion");
        this.size = size;
        this.scope = Objects.requireNonNull(scope, "scope");
        this.ids = Objects.requireNonNull(ids, "ids");
    }

    @Override
    public Query rewrite(IndexSearcher searcher) {
        scope.rewriting();
        return this;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        FusedDocuments documents = search(searcher);
        return new RankedWeight(this, fusion, boost) {
            @Override
            List<Found> find(LeafReaderContext context) {
                return documents.in(context);
            }

            @Override
            int ranked() {
                return documents.count();
            }

            @Override
            public boolean isCacheable(LeafReaderContext context) {
                return false; // the ranks are those of one reader, under the restriction of one search
            }
        };
    }

    private synchronized FusedDocuments search(IndexSearcher searcher) throws IOException {
        Object reader = searcher.getTopReaderContext().id();
        SearchScope.Restriction restriction = scope.restriction(searcher);
        if (searched == null
                || !searched.reader().equals(reader)
                || !searched.restriction().equals(restriction)) {
            IndexSearcher side = new UnprofiledSearcher(searcher);
            ScoreDoc[] lexical = best(among(restriction.filter()), side);
            ScoreDoc[] vector = best(legs.vector(), side);
            FusedDocuments fused = FusedDocuments.of(
                    lexical, vector, fusion, size, document -> ids.of(searcher.getIndexReader(), document));
            searched = new Searched(reader, restriction, fused);
        }
        return searched.documents();
    }

    private Query among(Query filter) {
        return filter == null
                ? legs.lexical()
                : new BooleanQuery.Builder()
                        .add(legs.lexical(), Occur.MUST)
                        .add(filter, Occur.FILTER)
                        .build();
    }

    private ScoreDoc[] best(Query leg, IndexSearcher searcher) throws IOException {
        int most = Math.min(size, searcher.getIndexReader().maxDoc());
        if (most == 0 || leg instanceof MatchNoDocsQuery) {
            return new ScoreDoc[0];
        }
        int counted = 1; // nobody asks how many matches a leg has, so most of them may be skipped
        return searcher.search(leg, new TopScoreDocCollectorManager(most, null, counted)).scoreDocs;
    }

    @Override
    public SearchScope scope() {
        return scope;
    }

    /**
     * Visits the legs as parts that no hit need match: highlighters find no words in them, as in a {@link RankedQuery}, and
     * none of their scores is part of a hit's.
     */
    @Override
    public void visit(QueryVisitor visitor) {
        QueryVisitor aside = visitor.getSubVisitor(Occur.MUST_NOT, this);
        legs.lexical().visit(aside);
        legs.vector().visit(aside);
    }

    @Override
    public String toString(String field) {
        return "ranked(" + legs.lexical().toString(field) + " | "
                + legs.vector().toString(field) + ", best " + size + ", " + fusion + ")";
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && legs.equals(((RankedLegsQuery) other).legs)
                && fusion.equals(((RankedLegsQuery) other).fusion)
                && size == ((RankedLegsQuery) other).size;
    }

    @Override
    public int hashCode() {
        return Objects.hash(classHash(), legs, fusion, size);
    }
}
