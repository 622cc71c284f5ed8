/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.fusion;

import dev.embeddingsearch.lucene.ResumableSearch;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.AcceptDocs;

/** How far searches for one vector have come in each segment of a shard, for another that is to find more. */
final class BegunSearches {

    private final VectorLeg leg;
    private final Map<Integer, ResumableSearch> byLeaf = new ConcurrentHashMap<>();

    BegunSearches(VectorLeg leg) {
        this.leg = leg;
    }

    /** The search of one segment, begun where it was not; null where it cannot be continued. */
    ResumableSearch in(LeafReaderContext leaf, AcceptDocs accepted, int wanted) throws IOException {
        ResumableSearch search = byLeaf.get(leaf.ord);
        if (search == null && leaf.reader().getFloatVectorValues(leg.field()) != null) {
            search = ResumableSearch.of(leaf.reader(), leg.field(), leg.target(), accepted.bits(), wanted);
            if (search != null) {
                byLeaf.put(leaf.ord, search);
            }
        }
        return search;
    }

    /** How many vectors were looked at. */
    long visited() {
        return byLeaf.values().stream().mapToLong(ResumableSearch::visited).sum();
    }
}
