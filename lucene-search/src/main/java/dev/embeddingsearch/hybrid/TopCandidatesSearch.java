/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.ExtraCandidates;
import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScorerSupplier;

/**
 * Finds the {@link TopCandidates} of a shard. It extends the kNN search to more candidates for as long as that costs less
 * than comparing the lexical matches one by one.
 */
final class TopCandidatesSearch {

    private final HybridSearch search;
    private final KnnSearch knn;

    TopCandidatesSearch(HybridSearch search) {
        this.search = search;
        this.knn = search.knn();
    }

    TopCandidates find() throws IOException {
        TopCandidates top = among(search.nearest().extraCandidates());
        if (!search.query().isExtensible(knn) || search.hits() == 0) {
            return top;
        }
        CandidateExpansion expansion = expansion();
        long visited = search.nearest().visited();
        int candidates = knn.candidates();
        if (expansion.candidates(candidates, visited, knn.reusableVisits(), 1) == 0) {
            return top;
        }
        LexicalSample sample = new LexicalSample(search.unprofiledLexical(), search.searcher(), search.counters());
        while (true) {
            int more = expansion.candidates(candidates, visited, knn.reusableVisits(), competing(top, sample));
            if (more == 0) {
                return top;
            }
            candidates = more;
            ExtraCandidates extra = knn.extend(candidates);
            search.counters().add(SearchCounters.Count.KNN_VECTORS_VISITED, knn.visited());
            visited = Math.max(visited, knn.visited());
            if (extra.unseen().likely() >= top.unseen().likely()) {
                return top;
            }
            top = among(extra);
        }
    }

    private TopCandidates among(ExtraCandidates extra) throws IOException {
        List<CandidateBounds> bounds = new ArrayList<>();
        for (LeafReaderContext leaf : search.searcher().getLeafContexts()) {
            bounds.add(search.leaf(leaf).candidateBounds(extra));
        }
        return TopCandidates.of(bounds, extra.unseen(), search.fusion(), search.hits());
    }

    private CandidateExpansion expansion() throws IOException {
        long matches = 0;
        for (LeafReaderContext leaf : search.searcher().getLeafContexts()) {
            ScorerSupplier supplier = search.unprofiledLexical().scorerSupplier(leaf);
            matches += supplier == null ? 0 : supplier.cost();
        }
        int documents = search.searcher().getIndexReader().numDocs();
        return new CandidateExpansion(Math.min(matches, documents), documents, search.hits());
    }

    /** About which part of the lexical matches may be among the best hits, from 0 to 1. */
    private double competing(TopCandidates top, LexicalSample sample) throws IOException {
        double unseen = search.calibration().bound(top.unseen()).likely();
        Threshold threshold = new Threshold(search.fusion(), unseen, top.kthScore());
        return sample.share(threshold.requiredLexical(), search.fusion());
    }
}
