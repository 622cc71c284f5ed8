/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermStates;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BlendedTermQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DoubleValuesSource;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SynonymQuery;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.WildcardQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.search.similarities.BooleanSimilarity;
import org.apache.lucene.search.similarities.ClassicSimilarity;
import org.apache.lucene.search.similarities.LMDirichletSimilarity;
import org.apache.lucene.search.similarities.Similarity;

public class LexicalBoundTests extends HybridTestCase {

    private double bound(Query query) throws IOException {
        return new LexicalBound(searcher.rewrite(query), null, searcher, new SearchCounters()).get();
    }

    private static Term term() {
        return new Term(TEXT, word());
    }

    private static Query randomQuery(int depth) {
        return switch (random().nextInt(depth == 0 ? 13 : 16)) {
            case 0, 1 -> new TermQuery(term());
            case 2 -> new PhraseQuery(random().nextInt(3), TEXT, term().text(), term().text());
            case 3 ->
                new SynonymQuery.Builder(TEXT)
                        .addTerm(term(), 0.1f + random().nextFloat() * 0.9f)
                        .addTerm(term())
                        .build();
            case 4 -> new ConstantScoreQuery(new TermQuery(term()));
            case 5 -> new PrefixQuery(new Term(TEXT, "w1"));
            case 6 ->
                new MultiPhraseQuery.Builder()
                        .add(new Term[] {term(), term()})
                        .add(term())
                        .build();
            case 7 -> new BlendedTermQuery.Builder().add(term()).add(term(), 2).build();
            case 8 -> new FuzzyQuery(term(), 1);
            case 9 -> new WildcardQuery(new Term(TEXT, "w?"));
            case 10 -> new TermInSetQuery(TEXT, List.of(term().bytes(), term().bytes()));
            case 11 ->
                new SpanNearQuery(new SpanQuery[] {new SpanTermQuery(term()), new SpanTermQuery(term())}, 3, true);
            case 12 -> new FunctionScoreQuery(new TermQuery(term()), DoubleValuesSource.constant(7));
            case 13 -> new BoostQuery(randomQuery(depth - 1), random().nextInt(5));
            case 14 -> {
                List<Query> disjuncts = new ArrayList<>();
                for (int i = 0; i <= random().nextInt(3); i++) {
                    disjuncts.add(randomQuery(depth - 1));
                }
                yield new DisjunctionMaxQuery(disjuncts, random().nextInt(3) / 2f);
            }
            default -> randomBoolean(depth);
        };
    }

    private static Query randomBoolean(int depth) {
        BooleanQuery.Builder builder = new BooleanQuery.Builder();
        for (int i = 0; i <= random().nextInt(4); i++) {
            builder.add(randomQuery(depth - 1), random().nextInt(4) == 0 ? Occur.MUST : Occur.SHOULD);
        }
        if (random().nextBoolean()) {
            builder.add(randomQuery(depth - 1), Occur.FILTER);
        }
        return builder.build();
    }

    public void testNoDocumentExceedsTheBound() throws IOException {
        index(atLeast(80));
        List<Similarity> similarities = List.of(
                new BM25Similarity(),
                new BM25Similarity(0.5f, 0),
                new BooleanSimilarity(),
                new ClassicSimilarity(),
                new LMDirichletSimilarity(50));
        for (int round = 0; round < 200; round++) {
            searcher.setSimilarity(similarities.get(random().nextInt(similarities.size())));
            Query query = randomQuery(3);
            double bound = bound(query);
            scores(query)
                    .forEach((doc, score) -> assertTrue(
                            query + " scores " + score + " over its bound " + bound, score <= bound * (1 + 1e-5)));
        }
    }

    public void testTermThatNoDocumentHoldsCountsWithDocumentFrequencyZero() throws IOException {
        index(atLeast(40));
        int documents = reader.getDocCount(TEXT);
        assertEquals(
                2 * Math.log(1 + (documents + 0.5) / 0.5),
                bound(new BoostQuery(new TermQuery(new Term(TEXT, "absent")), 2)),
                1e-5);
    }

    public void testFieldThatNoDocumentHasCountsAsEmpty() throws IOException {
        index(atLeast(40));
        assertEquals(Math.log(2), bound(new TermQuery(new Term("elsewhere", "word"))), 1e-9);
    }

    public void testConstantsAndNothing() throws IOException {
        index(atLeast(40));
        assertEquals(1, bound(MatchAllDocsQuery.INSTANCE), 0);
        assertEquals(3, bound(new BoostQuery(new ConstantScoreQuery(new TermQuery(term())), 3)), 0);
        assertEquals(0, bound(MatchNoDocsQuery.INSTANCE), 0);
    }

    public void testUnknownQueryCountsWithItsHighestScore() throws IOException {
        index(atLeast(40), true);
        searcher.setSimilarity(new ClassicSimilarity());
        Query query = new TermQuery(new Term(TEXT, "w0"));
        assertEquals(highest(query), bound(query), 1e-6);
    }

    private double highest(Query query) throws IOException {
        return scores(query).values().stream().mapToDouble(score -> score).max().orElse(0);
    }

    public void testQueryWhoseScorersKnowNoMaximumIsScanned() throws IOException {
        index(atLeast(40));
        Query query = new FunctionScoreQuery(
                new TermQuery(new Term(TEXT, "w0")), DoubleValuesSource.fromQuery(new TermQuery(new Term(TEXT, "w1"))));
        assertEquals(highest(query), bound(query), 1e-6);
    }

    /** What cross_fields makes of a word: in every field it has the document frequency of the field that has most. */
    public void testTermsBringTheStatisticsAlongThatTheyAreScoredWith() throws IOException {
        index(atLeast(40), true);
        Term rare = new Term(TEXT, "w3");
        TermStates own = TermStates.build(searcher, rare, true);
        TermStates blended = new TermStates(searcher.getTopReaderContext());
        LeafReaderContext leaf = searcher.getLeafContexts().get(0);
        blended.register(own.get(leaf).get(), leaf.ord);
        blended.accumulateStatistics(reader.getDocCount(TEXT), reader.getSumTotalTermFreq(TEXT));
        assertEquals(Math.log(1 + 0.5 / (reader.getDocCount(TEXT) + 0.5)), bound(new TermQuery(rare, blended)), 1e-6);
    }

    public void testBestFieldCountsAndTieBreakerAddsItsShare() throws IOException {
        index(atLeast(40));
        Query rare = new BoostQuery(new TermQuery(new Term(TEXT, "absent")), 2);
        Query other = new TermQuery(new Term(TEXT, "absent"));
        double single = bound(other);
        assertEquals(2 * single, bound(new DisjunctionMaxQuery(List.of(rare, other), 0)), 1e-5);
        assertEquals(2.5 * single, bound(new DisjunctionMaxQuery(List.of(rare, other), 0.5f)), 1e-5);
    }
}
