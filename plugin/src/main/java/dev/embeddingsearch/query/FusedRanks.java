/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.Ranks;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.search.SearchHit;
import org.opensearch.transport.RemoteClusterAware;

/** Joins the hits of both legs by index and id, and orders them by their fused ranks. */
final class FusedRanks {

    private FusedRanks() {}

    private record Key(String index, String id) {

        static Key of(SearchHit hit) {
            return new Key(RemoteClusterAware.buildRemoteIndexName(hit.getClusterAlias(), hit.getIndex()), hit.getId());
        }
    }

    /**
     * The best {@code size} documents, best first; of equal scores the one with the smaller index name, then id.
     *
     * @param lexical hits of the lexical leg, best first
     * @param vector hits of the vector leg, best first
     */
    static List<RankedDocument> of(SearchHit[] lexical, SearchHit[] vector, RankFusion fusion, int size) {
        Map<Key, Ranks> ranks = new LinkedHashMap<>();
        for (int i = 0; i < lexical.length; i++) {
            ranks.put(Key.of(lexical[i]), new Ranks(i + 1, 0));
        }
        for (int i = 0; i < vector.length; i++) {
            ranks.merge(
                    Key.of(vector[i]),
                    new Ranks(0, i + 1),
                    (found, added) -> new Ranks(found.lexical(), added.vector()));
        }
        Comparator<RankedDocument> best = Comparator.comparingDouble(document -> -fusion.score(document.ranks()));
        return ranks.entrySet().stream()
                .map(found -> new RankedDocument(
                        found.getKey().index(), found.getKey().id(), found.getValue()))
                .sorted(best.thenComparing(RankedDocument::index).thenComparing(RankedDocument::id))
                .limit(size)
                .toList();
    }
}
