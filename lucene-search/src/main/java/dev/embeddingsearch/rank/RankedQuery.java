/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.RamUsageEstimator;

/** Matches documents by their ids, and scores each by its ranks in two earlier searches. */
public final class RankedQuery extends Query implements Accountable {

    private static final long BASE_RAM_BYTES = RamUsageEstimator.shallowSizeOfInstance(RankedQuery.class);
    /** The entry of a sorted map, its key and its value. */
    private static final long ENTRY_RAM_BYTES = RamUsageEstimator.HASHTABLE_RAM_BYTES_PER_ENTRY
            + RamUsageEstimator.shallowSizeOfInstance(BytesRef.class)
            + RamUsageEstimator.shallowSizeOfInstance(Ranks.class);

    private final String idField;
    private final SortedMap<BytesRef, Ranks> ranks;
    private final RankFusion fusion;

    /**
     * @param idField the field whose only term is a document's id
     * @param ranks by the term of the id; the terms are not copied
     */
    public RankedQuery(String idField, Map<BytesRef, Ranks> ranks, RankFusion fusion) {
        this.idField = idField;
        this.ranks = new TreeMap<>(ranks);
        this.fusion = fusion;
    }

    @Override
    public long ramBytesUsed() {
        long bytes = BASE_RAM_BYTES;
        for (BytesRef id : ranks.keySet()) {
            bytes += ENTRY_RAM_BYTES + RamUsageEstimator.sizeOf(id.bytes);
        }
        return bytes;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
        return new RankedWeight(this, fusion, boost) {
            @Override
            List<Found> find(LeafReaderContext context) throws IOException {
                return RankedQuery.this.find(context);
            }

            @Override
            int ranked() {
                return ranks.size();
            }

            @Override
            public boolean isCacheable(LeafReaderContext context) {
                return true;
            }
        };
    }

    /** Deleted older versions of a document may be among them; Lucene skips these later. */
    private List<RankedWeight.Found> find(LeafReaderContext context) throws IOException {
        Terms terms = context.reader().terms(idField);
        if (terms == null) {
            return List.of();
        }
        List<RankedWeight.Found> found = new ArrayList<>();
        TermsEnum ids = terms.iterator();
        PostingsEnum postings = null;
        for (Map.Entry<BytesRef, Ranks> wanted : ranks.entrySet()) {
            if (ids.seekExact(wanted.getKey())) {
                postings = ids.postings(postings, PostingsEnum.NONE);
                while (postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    found.add(new RankedWeight.Found(postings.docID(), wanted.getValue()));
                }
            }
        }
        found.sort(Comparator.comparingInt(RankedWeight.Found::document));
        return found;
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(idField)) {
            visitor.consumeTerms(
                    this,
                    ranks.keySet().stream().map(id -> new Term(idField, id)).toArray(Term[]::new));
        }
    }

    @Override
    public String toString(String field) {
        return "ranked(" + ranks.size() + " documents, " + fusion + ")";
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && idField.equals(((RankedQuery) other).idField)
                && ranks.equals(((RankedQuery) other).ranks)
                && fusion.equals(((RankedQuery) other).fusion);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * classHash() + ranks.hashCode()) + fusion.hashCode();
    }
}
