/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.RankedQuery;
import dev.embeddingsearch.rank.Ranks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.index.mapper.Uid;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractQueryTestCase;

public class RankedQueryBuilderTests extends AbstractQueryTestCase<RankedQueryBuilder> {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return QueryFields.plugins(super.getPlugins());
    }

    @Override
    protected RankedQueryBuilder doCreateTestQueryBuilder() {
        List<RankedDocument> documents = new ArrayList<>();
        for (int i = randomInt(5); i > 0; i--) {
            String index = randomBoolean() ? getIndex().getName() : randomAlphaOfLength(4);
            int lexical = randomInt(3);
            Ranks ranks = new Ranks(lexical, lexical == 0 ? randomIntBetween(1, 9) : randomInt(9));
            documents.add(new RankedDocument(index, i + randomAlphaOfLength(3), ranks));
        }
        return new RankedQueryBuilder(documents, new RankFusion(randomFloat(), randomIntBetween(1, 100)));
    }

    @Override
    protected void doAssertLuceneQuery(RankedQueryBuilder builder, Query query, QueryShardContext context) {
        boolean here =
                builder.toString().contains("\"_index\" : \"" + getIndex().getName() + "\"");
        assertEquals(builder.toString(), here ? RankedQuery.class : MatchNoDocsQuery.class, query.getClass());
    }

    private RankedQueryBuilder parse(String documents) throws IOException {
        return (RankedQueryBuilder)
                parseQuery("{\"hybrid_match_ranked\": {\"vector_weight\": 0.25, \"rank_constant\": 7, \"documents\": "
                        + documents + "}}");
    }

    public void testEachShardTakesTheDocumentsOfItsIndex() throws IOException {
        RankedQueryBuilder parsed = parse("""
                [{"_index": "%s", "_id": "x", "lexical_rank": 2}, {"_index": "other", "_id": "y", "vector_rank": 1}]""".formatted(getIndex().getName()));
        assertEquals(
                new RankedQuery("_id", Map.of(Uid.encodeId("x"), new Ranks(2, 0)), new RankFusion(0.25f, 7)),
                parsed.toQuery(createShardContext()));
    }

    public void testReportsWhatIsWrong() {
        Exception unranked = expectThrows(Exception.class, () -> parse("[{\"_index\": \"a\", \"_id\": \"x\"}]"));
        assertEquals(
                "ranks expect a place from 1 in at least one list, got [0] and [0]",
                rootOf(unranked).getMessage());
        Exception unknown =
                expectThrows(Exception.class, () -> parse("[{\"_index\": \"a\", \"_id\": \"x\", \"rank\": 1}]"));
        assertThat(rootOf(unknown).getMessage(), containsString("unknown field [rank]"));
    }

    private static Throwable rootOf(Throwable e) {
        return e.getCause() == null ? e : rootOf(e.getCause());
    }
}
