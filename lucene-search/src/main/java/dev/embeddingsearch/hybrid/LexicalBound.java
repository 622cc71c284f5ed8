/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.UnprofiledSearcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermStates;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.SynonymQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.similarities.Similarity.SimScorer;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * The score that no document of a shard exceeds for a lexical query: {@code U} of {@link HybridQuery}.
 *
 * <p>BM25 multiplies {@code boost * idf} of a term by a saturation below 1, so a term's bound is {@code boost * idf}; a
 * Boolean query's is the sum over its scoring clauses, a disjunction maximum's the largest one's (plus its tie breaker's
 * share of the others), a phrase's the sum of its terms'. A term that the shard does not hold counts with the idf of a
 * document frequency of 0: otherwise a shard that lacks the rare term of a query would rate its matches of the common
 * ones too high. Every other query counts with the maximum of its actual scores on the shard. The maximum that its scorers
 * report is no substitute: it may be many times too high where a similarity does not level off.
 */
final class LexicalBound {

    /** A document frequency that no index has; it marks a term without statistics of its own in the searcher. */
    private static final int UNKNOWN = Integer.MAX_VALUE;

    private static final BytesRef ABSENT = new BytesRef("absent");

    private final Query query;
    private final Query filter;
    private final UnprofiledSearcher searcher;
    private final SearchCounters work;
    private double bound = Double.NaN;

    /**
     * @param query not rewritten: a rewritten query lacks the clauses that no document of the reader matches
     * @param filter documents whose scores may be computed; null for all
     * @param work counts the scores that are computed for the bound
     */
    LexicalBound(Query query, Query filter, IndexSearcher searcher, SearchCounters work) {
        this.query = query;
        this.filter = filter;
        this.work = work;
        this.searcher = new UnprofiledSearcher(searcher);
    }

    /**
     * The bound, computed by the first call. A searcher that only gathers statistics for other shards never calls it, and
     * must not be asked for terms that its shard does not have.
     */
    synchronized double get() throws IOException {
        if (Double.isNaN(bound)) {
            bound = of(query);
        }
        return bound;
    }

    private double of(Query part) throws IOException {
        return switch (part) {
            case TermQuery term -> ofTerm(term);
            case PhraseQuery phrase -> ofTerms(phrase.getField(), List.of(phrase.getTerms()), part);
            case MultiPhraseQuery phrase -> ofAlternatives(phrase);
            case SynonymQuery synonyms -> ofSynonyms(synonyms);
            case BoostQuery boosted -> boosted.getBoost() * of(boosted.getQuery());
            case ConstantScoreQuery constant -> 1;
            case MatchAllDocsQuery all -> 1;
            case MatchNoDocsQuery none -> 0;
            case BooleanQuery bool -> ofBoolean(bool);
            case DisjunctionMaxQuery best -> ofDisjunctionMax(best);
            default -> ofOther(part);
        };
    }

    /** The bound of the rewritten query, where rewriting gives one whose bound is known. */
    private double ofOther(Query part) throws IOException {
        Query rewritten = searcher.rewrite(part);
        return rewritten.getClass() == part.getClass() ? highestScore(part) : of(rewritten);
    }

    private double ofBoolean(BooleanQuery bool) throws IOException {
        double sum = 0;
        for (BooleanClause clause : bool) {
            sum += clause.isScoring() ? of(clause.query()) : 0;
        }
        return sum;
    }

    private double ofDisjunctionMax(DisjunctionMaxQuery best) throws IOException {
        double sum = 0;
        double largest = 0;
        for (Query disjunct : best.getDisjuncts()) {
            double each = of(disjunct);
            sum += each;
            largest = Math.max(largest, each);
        }
        return largest + best.getTieBreakerMultiplier() * (sum - largest);
    }

    /** A term that is blended over several fields has statistics of its own in the query. */
    private double ofTerm(TermQuery query) throws IOException {
        TermStates own = query.getTermStates();
        boolean usable = own != null && own.wasBuiltFor(searcher.getTopReaderContext());
        TermStatistics statistics = usable ? statistics(query.getTerm(), own) : statistics(query.getTerm());
        double bound = ofStatistics(query.getTerm().field(), statistics);
        return Double.isNaN(bound) ? highestScore(query) : bound;
    }

    private double ofTerms(String field, List<Term> terms, Query part) throws IOException {
        double sum = 0;
        for (Term term : terms) {
            double each = ofStatistics(field, statistics(term));
            if (Double.isNaN(each)) {
                return highestScore(part);
            }
            sum += each;
        }
        return sum;
    }

    /** A phrase with alternatives scores like a phrase of all alternatives that the shard has. */
    private double ofAlternatives(MultiPhraseQuery phrase) throws IOException {
        double sum = 0;
        for (Term[] alternatives : phrase.getTermArrays()) {
            List<Term> held = new ArrayList<>();
            for (Term term : alternatives) {
                if (statistics(term) != null) {
                    held.add(term);
                }
            }
            sum += ofTerms(alternatives[0].field(), held.isEmpty() ? List.of(alternatives[0]) : held, phrase);
        }
        return sum;
    }

    /** Synonyms score as one term with the highest document frequency among them. */
    private double ofSynonyms(SynonymQuery synonyms) throws IOException {
        TermStatistics pseudo = null;
        for (Term term : synonyms.getTerms()) {
            TermStatistics each = statistics(term);
            if (each != null && (pseudo == null || each.docFreq() > pseudo.docFreq())) {
                pseudo = each;
            }
        }
        double whole = ofStatistics(synonyms.getField(), pseudo);
        return Double.isNaN(whole) ? highestScore(synonyms) : whole;
    }

    /** The statistics that score {@code term}, or null if no document is known to hold it. */
    private TermStatistics statistics(Term term) throws IOException {
        return statistics(term, TermStates.build(searcher, term, true));
    }

    private TermStatistics statistics(Term term, TermStates states) throws IOException {
        if (states.docFreq() > 0) {
            return searcher.termStatistics(term, states.docFreq(), states.totalTermFreq());
        }
        TermStatistics elsewhere = searcher.termStatistics(term, UNKNOWN, UNKNOWN);
        return elsewhere.docFreq() == UNKNOWN ? null : elsewhere;
    }

    /** A term's bound, or NaN if the field's similarity does not level off as the frequency grows. */
    private double ofStatistics(String field, TermStatistics term) throws IOException {
        CollectionStatistics collection = searcher.collectionStatistics(field);
        if (collection == null) {
            return Math.log(2); // idf of a term in a field without documents
        }
        TermStatistics known = term == null ? new TermStatistics(ABSENT, 1, 1) : term;
        SimScorer scorer = searcher.getSimilarity().scorer(1, collection, known);
        double highest = scorer.score(Float.MAX_VALUE, 1);
        if (highest > 1.001 * scorer.score(1e7f, 1)) {
            return Double.NaN;
        }
        return term == null ? highest * idf(0, collection.docCount()) / idf(1, collection.docCount()) : highest;
    }

    /** BM25's inverse document frequency, as {@code BM25Similarity#idf} computes it. */
    private static double idf(long docFreq, long docCount) {
        return Math.log(1 + (docCount - docFreq + 0.5) / (docFreq + 0.5));
    }

    private double highestScore(Query part) throws IOException {
        Query restricted = filter == null
                ? part
                : new BooleanQuery.Builder()
                        .add(part, BooleanClause.Occur.MUST)
                        .add(filter, BooleanClause.Occur.FILTER)
                        .build();
        Weight weight = searcher.createWeight(searcher.rewrite(restricted), ScoreMode.COMPLETE, 1);
        List<Callable<Double>> segments = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            segments.add(() -> highestScore(weight.scorer(leaf), leaf));
        }
        return searcher.getTaskExecutor().invokeAll(segments).stream()
                .mapToDouble(each -> each)
                .max()
                .orElse(0);
    }

    /** Where the search is cancelled meanwhile, the result may be too low: no hit is collected then. */
    private double highestScore(Scorer scorer, LeafReaderContext leaf) throws IOException {
        if (scorer == null) {
            return 0;
        }
        if (scorer instanceof ConstantScoreScorer) {
            return scorer.getMaxScore(DocIdSetIterator.NO_MORE_DOCS);
        }
        SearchCounters.Part counts = work.part();
        Bits live = leaf.reader().getLiveDocs();
        double highest = 0;
        DocIdSetIterator documents = scorer.iterator();
        for (int doc = documents.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = documents.nextDoc()) {
            if (searcher.getTimeout().shouldExit()) {
                return highest;
            }
            if (live == null || live.get(doc)) {
                counts.add(SearchCounters.Count.LEXICAL_DOCUMENTS_SCORED);
                highest = Math.max(highest, scorer.score());
            }
        }
        return highest;
    }
}
