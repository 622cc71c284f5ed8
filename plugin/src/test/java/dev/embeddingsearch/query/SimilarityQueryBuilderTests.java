/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.hybrid.HybridQuery;
import java.io.IOException;
import java.util.Collection;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractQueryTestCase;

public class SimilarityQueryBuilderTests extends AbstractQueryTestCase<SimilarityQueryBuilder> {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return QueryFields.plugins(super.getPlugins());
    }

    @Override
    protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
        QueryFields.map(mapperService);
    }

    @Override
    protected SimilarityQueryBuilder doCreateTestQueryBuilder() {
        return new SimilarityQueryBuilder(embedding(QueryFields.MEANING));
    }

    private static EmbeddingQueryBuilder embedding(String field) {
        QuerySource source = QuerySource.vector(QueryFields.vector(random()));
        return new EmbeddingQueryBuilder(field, source, QueryFields.options(), QueryFields.filter(), () -> null);
    }

    @Override
    protected void doAssertLuceneQuery(SimilarityQueryBuilder builder, Query query, QueryShardContext context) {
        assertTrue(String.valueOf(query), query instanceof HybridQuery);
    }

    public void testFindsWhatTheQueryInsideFindsWithOtherScores() throws IOException {
        EmbeddingQueryBuilder embedding = embedding(QueryFields.MEANING);
        QueryShardContext context = createShardContext();
        EmbeddingQueryBuilder.Leg leg = embedding.leg(context).orElseThrow();
        Query query = new SimilarityQueryBuilder(embedding).toQuery(context);
        assertEquals(HybridQuery.vectorOnly(leg.knn(), leg.vectors().uncalibrated()), query);
        assertNotEquals(embedding.toQuery(context), query);
    }

    public void testShardWithoutTheFieldMatchesNothing() throws IOException {
        Query query = new SimilarityQueryBuilder(embedding("elsewhere")).toQuery(createShardContext());
        assertTrue(query.toString(), query instanceof MatchNoDocsQuery);
    }

    public void testReportsAnotherQuery() {
        Exception e = expectThrows(
                Exception.class, () -> parseQuery("{\"embedding_similarity\": {\"query\": {\"match_all\": {}}}}"));
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        assertThat(
                cause.getMessage(),
                containsString("[embedding_similarity] expects a query [embedding], got [match_all]"));
    }

    /** The framework expects a filter around the query; ours restricts the neighbours themselves. */
    @Override
    @SuppressWarnings("JUnitIncompatibleType") // equals of all builders is final, in their base class
    public void testFilter() throws IOException {
        EmbeddingQueryBuilder embedding = embedding(QueryFields.MEANING);
        SimilarityQueryBuilder query =
                new SimilarityQueryBuilder(embedding).boost(2).queryName("near");
        assertSame(query, query.filter(null));
        QueryBuilder filter = QueryBuilders.termQuery("mapped_string", "x");
        assertEquals(
                new SimilarityQueryBuilder(embedding.filter(filter)).boost(2).queryName("near"), query.filter(filter));
    }
}
