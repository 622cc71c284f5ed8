/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.Ranks;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.opensearch.action.OriginalIndices;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.search.SearchHit;
import org.opensearch.search.SearchShardTarget;
import org.opensearch.test.OpenSearchTestCase;

public class FusedRanksTests extends OpenSearchTestCase {

    private static final RankFusion EQUAL = new RankFusion(0.5f, 60);

    /** A hit {@code cluster:index/id} or {@code index/id}. */
    private static SearchHit hit(String name) {
        int colon = name.indexOf(':');
        int slash = name.indexOf('/');
        String cluster = colon < 0 ? null : name.substring(0, colon);
        SearchHit hit = new SearchHit(0, name.substring(slash + 1), Map.of(), Map.of());
        ShardId shard = new ShardId(name.substring(colon + 1, slash), "uuid", 0);
        hit.shard(new SearchShardTarget("node", shard, cluster, OriginalIndices.NONE));
        return hit;
    }

    private static SearchHit[] hits(String... names) {
        return Arrays.stream(names).map(FusedRanksTests::hit).toArray(SearchHit[]::new);
    }

    public void testJoinsByIndexAndId() {
        assertEquals(
                List.of(
                        new RankedDocument("a", "2", new Ranks(2, 1)),
                        new RankedDocument("a", "1", new Ranks(1, 0)),
                        new RankedDocument("b", "1", new Ranks(0, 2))),
                FusedRanks.of(hits("a/1", "a/2"), hits("a/2", "b/1"), EQUAL, 10));
    }

    public void testEqualScoresGoByIndexThenId() {
        List<RankedDocument> fused = FusedRanks.of(hits("b/2", "a/9"), hits("b/1", "a/3"), EQUAL, 10);
        assertEquals(
                List.of("b/1", "b/2", "a/3", "a/9"),
                fused.stream().map(found -> found.index() + "/" + found.id()).toList());
        assertEquals(fused.subList(0, 3), FusedRanks.of(hits("b/2", "a/9"), hits("b/1", "a/3"), EQUAL, 3));
        assertEquals(
                "a", FusedRanks.of(hits("b/1"), hits("a/1"), EQUAL, 1).get(0).index());
    }

    public void testOtherClustersIndicesAreNotThisOnes() {
        assertEquals(
                List.of(
                        new RankedDocument("a", "1", new Ranks(1, 0)),
                        new RankedDocument("far:a", "1", new Ranks(0, 1))),
                FusedRanks.of(hits("a/1"), hits("far:a/1"), EQUAL, 10));
    }

    public void testEmptyListAddsNothing() {
        assertEquals(List.of(), FusedRanks.of(hits(), hits(), EQUAL, 10));
        assertEquals(
                List.of(new RankedDocument("a", "1", new Ranks(0, 1))), FusedRanks.of(hits(), hits("a/1"), EQUAL, 10));
    }
}
