/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.RankedLegsQuery;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.apache.lucene.search.Query;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.TermQueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractQueryTestCase;

public class RankedLegsQueryBuilderTests extends AbstractQueryTestCase<RankedLegsQueryBuilder> {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return QueryFields.plugins(super.getPlugins());
    }

    @Override
    protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
        QueryFields.map(mapperService);
    }

    @Override
    protected RankedLegsQueryBuilder doCreateTestQueryBuilder() {
        QueryBuilder lexical = new TermQueryBuilder("mapped_string", randomAlphaOfLength(4));
        EmbeddingQueryBuilder vector = new EmbeddingQueryBuilder(
                QueryFields.MEANING,
                QuerySource.vector(QueryFields.vector(random())),
                QueryFields.options(),
                QueryFields.filter(),
                () -> null);
        Optional<QueryBuilder> leg =
                randomBoolean() ? Optional.empty() : Optional.of(new SimilarityQueryBuilder(vector));
        RankFusion fusion = new RankFusion(randomFloat(), randomIntBetween(1, 100));
        return new RankedLegsQueryBuilder(new LegSearches(lexical, leg, fusion, randomIntBetween(1, 10_000)));
    }

    @Override
    protected void doAssertLuceneQuery(RankedLegsQueryBuilder builder, Query query, QueryShardContext context) {
        assertEquals(RankedLegsQuery.class, query.getClass());
    }

    @Override
    public void testFilter() throws IOException {
        RankedLegsQueryBuilder query = createTestQueryBuilder();
        assertSame(query, query.filter(null));
        QueryBuilder filter = new TermQueryBuilder("mapped_string", "x");
        LegSearches expected = new LegSearches(
                new BoolQueryBuilder().must(query.legs().lexical()).filter(filter),
                query.legs().vector().map(leg -> leg.filter(filter)),
                query.legs().fusion(),
                query.legs().size());
        RankedLegsQueryBuilder filtered = query.filter(filter);
        assertEquals(expected, filtered.legs());
        assertEquals(query.boost(), filtered.boost(), 0);
        assertEquals(query.queryName(), filtered.queryName());
    }

    public void testReportsWhatIsWrong() {
        for (int size : new int[] {0, 10_001}) {
            Exception e = expectThrows(Exception.class, () -> parseQuery("""
                    {"hybrid_match_legs": {"lexical": {"match_all": {}}, "vector_weight": 0.5, "rank_constant": 60,
                      "size": %s}}""".formatted(size)));
            assertThat(
                    rootOf(e).getMessage(),
                    containsString("[size] of [hybrid_match_legs] expects 1 to 10000, got [" + size + "]"));
        }
    }

    private static Throwable rootOf(Throwable e) {
        return e.getCause() == null ? e : rootOf(e.getCause());
    }
}
