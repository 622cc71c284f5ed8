/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import static org.hamcrest.Matchers.containsString;
import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.matchAllQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;

import java.util.Optional;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.test.OpenSearchTestCase;

public class RulesInQueryTests extends OpenSearchTestCase {

    private final ThreadContext threads = new ThreadContext(Settings.EMPTY);

    private static SearchRequest search(QueryBuilder query) {
        return new SearchRequest("i").source(new SearchSourceBuilder().query(query));
    }

    public void testQueriesOfUsersAreNoRules() {
        QueryBuilder like = boolQuery().should(termQuery("a", 1)).minimumShouldMatch(1);
        assertEquals(Optional.empty(), RulesInQuery.of(search(like), threads));
        assertEquals(matchAllQuery(), RulesInQuery.add(Optional.empty(), matchAllQuery()));
    }

    public void testRulesAreTakenOverWithoutTheUsersQuery() {
        threads.putHeader(RulesInQuery.HEADER, "true");
        QueryBuilder rules = boolQuery().should(termQuery("a", 1)).minimumShouldMatch(1);
        QueryBuilder whole =
                boolQuery().should(termQuery("a", 1)).minimumShouldMatch(1).must(matchAllQuery());
        assertEquals(Optional.of(rules), RulesInQuery.of(search(whole), threads));
        assertEquals(
                boolQuery().must(matchAllQuery()).filter(rules), RulesInQuery.add(Optional.of(rules), matchAllQuery()));
    }

    public void testRulesThatAreNotRecognizedRefuseTheSearch() {
        threads.putHeader(RulesInQuery.HEADER, "true");
        for (QueryBuilder other : new QueryBuilder[] {
            matchAllQuery(), boolQuery().must(matchAllQuery()), boolQuery().should(termQuery("a", 1))
        }) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> RulesInQuery.of(search(other), threads));
            assertThat(e.getMessage(), containsString("expects [score] here, got [rrf]"));
        }
    }
}
