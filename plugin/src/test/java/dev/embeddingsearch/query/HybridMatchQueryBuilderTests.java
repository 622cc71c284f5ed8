/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.MatchQueryBuilder;
import org.opensearch.index.query.MultiMatchQueryBuilder;
import org.opensearch.index.query.Operator;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractQueryTestCase;

@SuppressWarnings("JUnitIncompatibleType") // equals of all builders is final, in their base class
public class HybridMatchQueryBuilderTests extends AbstractQueryTestCase<HybridMatchQueryBuilder> {

    private static final String VECTOR = "[1, 2, 3, 4, 5, 6, 7, 8]";

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return QueryFields.plugins(super.getPlugins());
    }

    @Override
    protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
        QueryFields.map(mapperService);
    }

    @Override
    protected HybridMatchQueryBuilder doCreateTestQueryBuilder() {
        EmbeddingQueryBuilder embedding = new EmbeddingQueryBuilder(
                QueryFields.MEANING,
                QuerySource.vector(QueryFields.vector(random())),
                QueryFields.options(),
                QueryFields.filter(),
                () -> null);
        QueryBuilder lexical = randomBoolean()
                ? QueryBuilders.matchQuery("mapped_string", randomAlphaOfLength(6))
                : QueryBuilders.multiMatchQuery(randomAlphaOfLength(6), "mapped_string", "mapped_string_2");
        Integer rankConstant = searched() || randomBoolean() ? null : Integer.valueOf(randomIntBetween(1, 100));
        FusionOptions fusion = new FusionOptions(randomFloat(), rankConstant);
        return new HybridMatchQueryBuilder(lexical, embedding, QueryFields.filter(), fusion, randomBoolean());
    }

    /** Whether the test needs a query that a shard can search; ranks are not there before both legs were. */
    private boolean searched() {
        return !Set.of("testFromXContent", "testSerialization", "testEqualsAndHashcode", "testFilter")
                .contains(getTestName());
    }

    @Override
    protected void doAssertLuceneQuery(HybridMatchQueryBuilder builder, Query query, QueryShardContext context) {
        assertTrue(String.valueOf(query), query instanceof HybridQuery);
    }

    private HybridMatchQueryBuilder parse(String body) throws IOException {
        return (HybridMatchQueryBuilder) parseQuery("{\"hybrid_match\": " + body + "}");
    }

    private static EmbeddingQueryBuilder code(String code) {
        return new EmbeddingQueryBuilder(
                QueryFields.MEANING, QuerySource.text(InputType.CODE, code), KnnOptions.DEFAULT, null, () -> null);
    }

    private static EmbeddingQueryBuilder text(String text) {
        return new EmbeddingQueryBuilder(
                QueryFields.MEANING, QuerySource.text(InputType.TEXT, text), KnnOptions.DEFAULT, null, () -> null);
    }

    public void testShortFormSearchesAndEmbedsTheSameWords() throws IOException {
        HybridMatchQueryBuilder expected = new HybridMatchQueryBuilder(
                new MultiMatchQueryBuilder("winter sport").field("title", 2).field("body"),
                text("winter sport"),
                null,
                HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT,
                false);
        assertEquals(expected, parse("""
                {"query": "winter sport", "fields": ["title^2", "body"], "embedding_field": "meaning"}"""));
    }

    public void testMatchOptionsGoToTheLexicalLeg() throws IOException {
        MultiMatchQueryBuilder lexical = new MultiMatchQueryBuilder("winter sport")
                .field("title")
                .operator(Operator.AND)
                .minimumShouldMatch("75%")
                .analyzer("standard")
                .fuzziness(org.opensearch.common.unit.Fuzziness.AUTO)
                .type(MultiMatchQueryBuilder.Type.MOST_FIELDS);
        assertEquals(new HybridMatchQueryBuilder(lexical, text("winter sport"), null, 0.25f, true), parse("""
                {"query": "winter sport", "fields": ["title"], "embedding_field": "meaning", "operator": "and",
                 "minimum_should_match": "75%", "analyzer": "standard", "fuzziness": "AUTO", "type": "most_fields",
                 "vector_weight": 0.25, "on_embedding_failure": "lexical"}"""));
    }

    public void testVectorOptionsGoToTheVectorLeg() throws IOException {
        HybridMatchQueryBuilder parsed = parse("""
                {"query": "words", "fields": ["title"], "embedding_field": "meaning", "vector": %s, "k": 7,
                 "num_candidates": 70, "oversample": 3, "exact": true, "filter": {"match_all": {}}, "boost": 2, "_name": "both"}""".formatted(VECTOR));
        EmbeddingQueryBuilder embedding = new EmbeddingQueryBuilder(
                "meaning",
                QuerySource.vector(new float[] {1, 2, 3, 4, 5, 6, 7, 8}),
                new KnnOptions(7, 70, 3f, null, true),
                null,
                () -> null);
        HybridMatchQueryBuilder expected = new HybridMatchQueryBuilder(
                new MultiMatchQueryBuilder("words").field("title"),
                embedding,
                QueryBuilders.matchAllQuery(),
                HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT,
                false);
        assertEquals(expected.boost(2).queryName("both"), parsed);
    }

    public void testLegsMayBeGivenWhole() throws IOException {
        HybridMatchQueryBuilder parsed = parse("""
                {"embedding": {"text": "how do stones slide"}, "lexical": {"match": {"title": "curling"}},
                 "embedding_field": "meaning"}""");
        assertEquals(
                new HybridMatchQueryBuilder(
                        new MatchQueryBuilder("title", "curling"),
                        text("how do stones slide"),
                        null,
                        HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT,
                        false),
                parsed);
    }

    public void testTextOfTheVectorLegMayDifferFromTheLexicalOne() throws IOException {
        HybridMatchQueryBuilder parsed = parse("""
                {"query": "curling", "fields": ["title"], "embedding_field": "meaning",
                 "text": "a sport with stones and brooms"}""");
        assertEquals(
                new HybridMatchQueryBuilder(
                        new MultiMatchQueryBuilder("curling").field("title"),
                        text("a sport with stones and brooms"),
                        null,
                        HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT,
                        false),
                parsed);
    }

    public void testCodeAloneIsSearchedAndEmbeddedAsCode() throws IOException {
        assertEquals(
                new HybridMatchQueryBuilder(
                        new MultiMatchQueryBuilder("sorted(d)").field("code"),
                        code("sorted(d)"),
                        null,
                        HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT,
                        false),
                parse("""
                {"code": "sorted(d)", "fields": ["code"], "embedding_field": "meaning"}"""));
    }

    public void testCodeBesideWordsIsOnlyEmbedded() throws IOException {
        assertEquals(
                new HybridMatchQueryBuilder(
                        new MultiMatchQueryBuilder("sort by value").field("code"),
                        code("sorted(d)"),
                        null,
                        HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT,
                        false),
                parse("""
                {"query": "sort by value", "code": "sorted(d)", "fields": ["code"], "embedding_field": "meaning"}"""));
    }

    public void testFilterRestrictsBothLegs() throws IOException {
        QueryBuilder filter = QueryBuilders.termQuery("mapped_string", "x");
        HybridMatchQueryBuilder builder = parse("""
                {"query": "words", "fields": ["mapped_string"], "embedding_field": "meaning", "vector": %s,
                 "filter": {"term": {"mapped_string": "x"}}}""".formatted(VECTOR));
        QueryShardContext context = createShardContext();
        EmbeddingQueryBuilder.Leg leg = new EmbeddingQueryBuilder(
                        "meaning",
                        QuerySource.vector(new float[] {1, 2, 3, 4, 5, 6, 7, 8}),
                        KnnOptions.DEFAULT,
                        filter,
                        () -> null)
                .leg(context)
                .orElseThrow();
        Query lexical = new BooleanQuery.Builder()
                .add(new MultiMatchQueryBuilder("words").field("mapped_string").toQuery(context), Occur.MUST)
                .add(filter.toQuery(context), Occur.FILTER)
                .build();
        assertEquals(new HybridQuery(lexical, leg.knn(), leg.vectors(), 0.67), builder.toQuery(context));
    }

    public void testUnembeddedTextLeavesTheLexicalLegItsFullWeight() throws IOException {
        QueryShardContext context = createShardContext();
        QueryBuilder lexical = new MatchQueryBuilder("mapped_string", "words");
        EmbeddingQueryBuilder unembedded = new EmbeddingQueryBuilder(
                "meaning",
                QuerySource.text(InputType.TEXT, "words").withoutVectors(),
                KnnOptions.DEFAULT,
                null,
                () -> null);
        assertEquals(
                HybridQuery.lexicalOnly(lexical.toQuery(context), 0, SearchScope.NONE),
                new HybridMatchQueryBuilder(lexical, unembedded, null, 0.5f, true).toQuery(context));
    }

    public void testShardWithoutTheFieldKeepsTheWeights() throws IOException {
        QueryShardContext context = createShardContext();
        QueryBuilder lexical = new MatchQueryBuilder("mapped_string", "words");
        EmbeddingQueryBuilder elsewhere = new EmbeddingQueryBuilder(
                "elsewhere", QuerySource.vector(new float[] {1}), KnnOptions.DEFAULT, null, () -> null);
        assertEquals(
                HybridQuery.lexicalOnly(lexical.toQuery(context), 0.5f, SearchScope.NONE),
                new HybridMatchQueryBuilder(lexical, elsewhere, null, 0.5f, false).toQuery(context));
    }

    public void testRanksAreFusedWithEqualWeightsUnlessGiven() throws IOException {
        String rrf = "{\"query\": \"a\", \"fields\": [\"t\"], \"embedding_field\": \"meaning\", \"fusion\": \"rrf\"%s}";
        assertEquals(ranked(0.5f, 60), parse(rrf.formatted("")));
        assertEquals(ranked(0.2f, 7), parse(rrf.formatted(", \"rank_constant\": 7, \"vector_weight\": 0.2")));
        assertNotEquals(ranked(0.5f, 60), parse(rrf.replace("rrf", "score").formatted(", \"vector_weight\": 0.5")));
        assertNotEquals(ranked(0.5f, 60), ranked(0.5f, 61));
    }

    private static HybridMatchQueryBuilder ranked(float vectorWeight, int rankConstant) {
        FusionOptions fusion = new FusionOptions(vectorWeight, rankConstant);
        return new HybridMatchQueryBuilder(new MultiMatchQueryBuilder("a").field("t"), text("a"), null, fusion, false);
    }

    public void testVectorLegIsRankedBySimilarityWhereThereIsOneModel() {
        QueryVector one = new QueryVector("one", new float[] {1, 2});
        QueryVector other = new QueryVector("other", new float[] {3});
        EmbeddingQueryBuilder ofOne = embedded(List.of(one));
        EmbeddingQueryBuilder ofBoth = embedded(List.of(one, other));
        QueryBuilder filter = QueryBuilders.termQuery("mapped_string", "x");
        assertEquals(
                Optional.of(new SimilarityQueryBuilder(ofOne.filter(filter))),
                ranked(ofOne, filter).legSearches(100).vector());
        assertEquals(
                Optional.of(ofBoth.filter(filter)),
                ranked(ofBoth, filter).legSearches(100).vector());
        assertEquals(
                Optional.empty(),
                ranked(embedded(List.of()), filter).legSearches(100).vector());
    }

    private static EmbeddingQueryBuilder embedded(List<QueryVector> vectors) {
        QuerySource source = QuerySource.text(InputType.TEXT, "a").withVectors(vectors);
        return new EmbeddingQueryBuilder("meaning", source, KnnOptions.DEFAULT, null, () -> null);
    }

    private static HybridMatchQueryBuilder ranked(EmbeddingQueryBuilder leg, QueryBuilder filter) {
        QueryBuilder lexical = new MatchQueryBuilder("mapped_string", "a");
        return new HybridMatchQueryBuilder(lexical, leg, filter, new FusionOptions(0.5f, 60), false);
    }

    public void testUnrankedLegsCannotBeSearchedByAShard() {
        IllegalArgumentException e = expectThrows(
                IllegalArgumentException.class, () -> ranked(0.5f, 60).toQuery(createShardContext()));
        assertEquals(
                "the legs of [hybrid_match] were not ranked: [fusion] [rrf] works in searches, not where queries are stored "
                        + "or rewritten on a shard alone; use [score] there",
                e.getMessage());
    }

    public void testReportsWhatIsWrongWithFusion() {
        String legs = "{\"query\": \"a\", \"fields\": [\"t\"], \"embedding_field\": \"m\", ";
        assertFails(legs + "\"fusion\": \"max\"}", "[fusion] expects [score] or [rrf], got [max]");
        assertFails(legs + "\"fusion\": null}", "[fusion] expects a string, got VALUE_NULL");
        assertFails(legs + "\"rank_constant\": 60}", "[rank_constant] expects [fusion] to be [rrf], got [score]");
        for (String constant : List.of("0", "-3", "1.5", "99999999999")) {
            assertFails(
                    legs + "\"fusion\": \"rrf\", \"rank_constant\": " + constant + "}",
                    "[rank_constant] expects an integer of at least 1, got [" + constant + "]");
        }
        assertFails(
                legs + "\"fusion\": \"rrf\", \"rank_constant\": \"many\"}",
                "[rank_constant] expects an integer of at least 1, got [many]");
        assertFails(
                legs + "\"fusion\": \"rrf\", \"vector_weight\": 2}",
                "[vector_weight] expects a number from 0 to 1, got [2.0]");
    }

    public void testReportsWhatIsWrong() {
        assertFails(
                "{\"embedding_field\": \"meaning\"}",
                "[hybrid_match] expects [query], [text] or [code], or both [lexical] and [embedding]");
        assertFails(
                "{\"embedding_field\": \"meaning\", \"vector\": " + VECTOR + "}",
                "[hybrid_match] expects [query], [text] or [code], or both [lexical] and [embedding]");
        assertFails(
                "{\"query\": \"a\", \"fields\": [\"title\"]}",
                "[hybrid_match] expects the name of the field to search in [embedding_field]");
        assertFails(
                "{\"lexical\": {\"match_all\": {}}, \"embedding_field\": \"meaning\"}",
                "[hybrid_match] expects one of [text], [code] and [vector]");
        assertFails(
                "{\"query\": \"a\", \"fields\": [\"t\"], \"lexical\": {\"match_all\": {}}, \"embedding_field\": \"m\"}",
                "[hybrid_match] expects either [lexical] or [fields] with their options, got both");
        assertFails(
                "{\"query\": \"a\", \"fields\": [\"t\"], \"embedding_field\": \"m\", \"vector_weight\": 1.5}",
                "[vector_weight] expects a number from 0 to 1, got [1.5]");
        assertFails(
                "{\"query\": \"a\", \"fields\": [\"t\"], \"embedding_field\": \"m\", \"on_embedding_failure\": \"no\"}",
                "[on_embedding_failure] expects [fail] or [lexical], got [no]");
        assertFails(
                "{\"query\": \"a\", \"fields\": [\"t\"], \"embedding_field\": \"m\", \"vector_weight\": \"auto\"}",
                "[vector_weight] expects a number from 0 to 1, got [auto]");
        assertFails(
                "{\"query\": \"a\", \"embedding\": {\"field\": \"m\"}, \"k\": 3}",
                "[hybrid_match] expects what concerns the vectors either inside [embedding] or beside it, got both");
        assertFails("{\"query\": \"a\", \"feilds\": [\"t\"]}", "unknown field [feilds]");
        assertFails("{\"query\": null}", "[query] expects a string, got VALUE_NULL");
        assertFails("{\"embedding_field\": {}}", "[embedding_field] expects a string, got START_OBJECT");
        assertFails("{\"on_embedding_failure\": null}", "[on_embedding_failure] expects a string, got VALUE_NULL");
        assertFails("{\"vector_weight\": null}", "[vector_weight] expects a number from 0 to 1, got [VALUE_NULL]");
    }

    private void assertFails(String body, String message) {
        Exception e = expectThrows(Exception.class, () -> parse(body));
        assertThat(e.getMessage(), containsString(message));
    }

    /** The framework expects a filter around the query; ours restricts the neighbours themselves. */
    @Override
    public void testFilter() throws IOException {
        HybridMatchQueryBuilder query = createTestQueryBuilder();
        assertSame(query, query.filter(null));
        QueryBuilder filter = QueryBuilders.termQuery("mapped_string", "x");
        assertNotEquals(query, query.filter(filter));
        assertEquals(query.boost(), query.filter(filter).boost(), 0);
        assertEquals(query.queryName(), query.filter(filter).queryName());
    }

    public void testWeightsAreTheDecimalNumbersThatWereWritten() {
        for (int hundredths = 0; hundredths <= 100; hundredths++) {
            double weight = new FusionOptions(hundredths / 100f, null).decimalWeight();
            assertEquals(hundredths / 100.0, weight, 0);
            assertEquals((100 - hundredths) / 100f, (float) (1 - weight), 0);
        }
    }
}
