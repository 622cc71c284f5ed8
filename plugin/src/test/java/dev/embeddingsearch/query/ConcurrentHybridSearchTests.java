/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.util.List;
import java.util.Set;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.deciders.ConcurrentSearchDecision.DecisionStatus;
import org.opensearch.search.deciders.ConcurrentSearchRequestDecider;
import org.opensearch.search.deciders.ConcurrentSearchVisitor;
import org.opensearch.test.OpenSearchTestCase;

public class ConcurrentHybridSearchTests extends OpenSearchTestCase {

    private static DecisionStatus decision(QueryBuilder query) {
        ConcurrentSearchRequestDecider decider =
                ConcurrentHybridSearch.factory().create(null).orElseThrow();
        query.visit(new ConcurrentSearchVisitor(Set.of(decider), null));
        return decider.getConcurrentSearchDecision().getDecisionStatus();
    }

    public void testAsksForThreadsWhereVectorsAreCompared() {
        EmbeddingQueryBuilder embedding = new EmbeddingQueryBuilder(
                "meaning", QuerySource.vector(new float[] {1}), KnnOptions.DEFAULT, null, () -> null);
        QueryBuilder hybrid = new HybridMatchQueryBuilder(QueryBuilders.matchAllQuery(), embedding, null, 0.5f, false);
        for (QueryBuilder query : List.of(embedding, hybrid, new SimilarityQueryBuilder(embedding))) {
            assertEquals(DecisionStatus.YES, decision(query));
            assertEquals(DecisionStatus.YES, decision(new BoolQueryBuilder().must(query)));
        }
    }

    public void testHasNoOpinionOfOtherSearches() {
        assertEquals(DecisionStatus.NO_OP, decision(QueryBuilders.matchQuery("text", "words")));
    }
}
