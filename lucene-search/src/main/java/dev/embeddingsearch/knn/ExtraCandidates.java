/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.List;
import org.apache.lucene.index.LeafReaderContext;

/**
 * Documents that a kNN search compared besides those it was asked for. They are no hits of it, but where they match
 * otherwise, no document behind them is more similar than {@code unseen}.
 *
 * @param byLeaf the candidates of each segment, by its number; some may be hits of the search as well
 * @param unseen bounds all documents that are neither hits nor among these
 */
public record ExtraCandidates(List<LeafHits> byLeaf, UnseenBound unseen) {

    static final ExtraCandidates NONE = new ExtraCandidates(List.of(), UnseenBound.UNKNOWN);

    /** The candidates in one segment. */
    public LeafHits in(LeafReaderContext leaf) {
        return leaf.ord < byLeaf.size() ? byLeaf.get(leaf.ord) : LeafHits.NONE;
    }
}
