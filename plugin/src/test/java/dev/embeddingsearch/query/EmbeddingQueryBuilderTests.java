/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnQuery.Rescoring;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.mapper.EmbeddingParameters;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.OnFailure;
import dev.embeddingsearch.mapper.VectorIndexOptions;
import dev.embeddingsearch.mapper.VectorSimilarity;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.vectors.Quantization;
import dev.embeddingsearch.vectors.flat.VectorPrecision;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.core.common.ParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractQueryTestCase;

@SuppressWarnings("JUnitIncompatibleType") // equals of all builders is final, in their base class
public class EmbeddingQueryBuilderTests extends AbstractQueryTestCase<EmbeddingQueryBuilder> {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return QueryFields.plugins(super.getPlugins());
    }

    @Override
    protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
        QueryFields.map(mapperService);
    }

    @Override
    protected EmbeddingQueryBuilder doCreateTestQueryBuilder() {
        return query(QuerySource.vector(QueryFields.vector(random())), QueryFields.filter());
    }

    private static EmbeddingQueryBuilder query(QuerySource source, QueryBuilder filter) {
        return new EmbeddingQueryBuilder(QueryFields.MEANING, source, QueryFields.options(), filter, () -> null);
    }

    @Override
    protected void doAssertLuceneQuery(EmbeddingQueryBuilder builder, Query query, QueryShardContext context)
            throws IOException {
        float[] target = VectorSimilarity.COSINE.prepare(
                QueryFields.MEANING, builder.source().vectors().get(0).values());
        KnnTarget leg = new KnnTarget(
                QueryFields.MEANING, target, VectorSimilarityFunction.DOT_PRODUCT, QueryFields.BACKGROUND);
        KnnQuery knn = (KnnQuery) builder.leg(context).orElseThrow().knn();
        assertEquals(HybridQuery.vectorOnly(knn, leg), query);
        assertEquals(leg, knn.target());
    }

    public void testOptionsReachTheShard() throws IOException {
        EmbeddingQueryBuilder builder = (EmbeddingQueryBuilder) parseQuery("""
                {"embedding": {"field": "meaning", "vector": [1, 2, 3, 4, 5, 6, 7, 8], "k": 7, "num_candidates": 30,
                  "oversample": 2.5, "min_similarity": 0.25, "exact": true, "filter": {"term": {"mapped_string": "x"}}}}""");
        QueryShardContext context = createShardContext();
        KnnTarget leg = builder.leg(context).orElseThrow().vectors();
        Query filter = QueryBuilders.termQuery("mapped_string", "x").toQuery(context);
        KnnQuery expected = new KnnQuery(leg, filter, new KnnQuery.Options(7, 30, Rescoring.fixed(18), 0.25f, true));
        assertEquals(expected, builder.leg(context).orElseThrow().knn());
    }

    private static EmbeddingParameters field(Quantization quantization, Float oversample) {
        return new EmbeddingParameters(
                new FieldModel("default", "model", QueryFields.DIMENSIONS, InputType.TEXT),
                VectorSimilarity.COSINE,
                List.of(),
                new VectorIndexOptions("hnsw", 16, 100, quantization, VectorPrecision.FLOAT32),
                OnFailure.FAIL,
                oversample);
    }

    /** Expects more than {@code rescored} candidates to be compared exactly where recall needs them, without oversampling. */
    private static void assertOptions(int candidates, int rescored, KnnOptions options, Quantization quantization) {
        int most = options.numCandidates() == null ? KnnOptions.MAX_CANDIDATES : options.numCandidates();
        Rescoring rescoring = options.oversample() == null
                ? new Rescoring(rescored, most, KnnOptions.RECALL)
                : Rescoring.fixed(rescored);
        assertOptions(candidates, rescoring, options, field(quantization, null));
    }

    private static void assertOptions(
            int candidates, Rescoring rescoring, KnnOptions options, EmbeddingParameters field) {
        assertEquals(
                new KnnQuery.Options(options.k(), candidates, rescoring, Double.NEGATIVE_INFINITY, false),
                options.forShard(field));
    }

    public void testOversamplingOfTheFieldIsForQueriesWithoutTheirOwn() {
        EmbeddingParameters field = field(Quantization.BINARY, 3f);
        assertOptions(100, Rescoring.fixed(30), new KnnOptions(10, null, null, null, false), field);
        assertOptions(300, Rescoring.fixed(300), new KnnOptions(100, null, null, null, false), field);
        assertOptions(100, Rescoring.fixed(15), new KnnOptions(10, null, 1.5f, null, false), field);
        EmbeddingParameters exact = field(Quantization.NONE, 3f);
        assertOptions(100, Rescoring.fixed(10), new KnnOptions(10, null, null, null, false), exact);
    }

    public void testCandidatesDefaultToAHundredOrTwiceK() {
        assertOptions(100, 10, new KnnOptions(10, null, null, null, false), Quantization.NONE);
        assertOptions(1_000, 500, new KnnOptions(500, null, null, null, false), Quantization.NONE);
    }

    public void testFewerBitsNeedMoreCandidatesComparedExactly() {
        KnnOptions few = new KnnOptions(10, null, null, null, false);
        assertOptions(100, 20, few, Quantization.INT8);
        assertOptions(100, 20, few, Quantization.INT4);
        assertOptions(100, 50, few, Quantization.BINARY);
        KnnOptions many = new KnnOptions(100, null, null, null, false);
        assertOptions(200, 120, many, Quantization.INT8);
        assertOptions(200, 120, many, Quantization.INT4);
        assertOptions(200, 150, many, Quantization.BINARY);
    }

    public void testNoMoreThanTheCandidatesAreComparedExactly() {
        assertOptions(20, 20, new KnnOptions(10, 20, null, null, false), Quantization.BINARY);
        assertOptions(20, 20, new KnnOptions(10, 20, 5f, null, false), Quantization.BINARY);
        assertOptions(10_000, 10_000, new KnnOptions(10_000, null, 100f, null, false), Quantization.BINARY);
    }

    public void testOversamplingRaisesTheDefaultOfCandidates() {
        assertOptions(100, 10, new KnnOptions(10, null, 1f, null, false), Quantization.BINARY);
        assertOptions(250, 250, new KnnOptions(100, null, 2.5f, null, false), Quantization.INT4);
        assertOptions(200, 100, new KnnOptions(100, null, 2.5f, null, false), Quantization.NONE);
    }

    public void testChoosesTheVectorOfTheFieldsModel() throws IOException {
        float[] right = QueryFields.vector(random());
        QuerySource source = QuerySource.text(InputType.TEXT, "words")
                .withVectors(List.of(
                        new QueryVector("another-model", QueryFields.vector(random())),
                        new QueryVector(QueryFields.MODEL_ID, new float[] {1, 2}),
                        new QueryVector(QueryFields.MODEL_ID, right)));
        KnnTarget leg =
                query(source, null).leg(createShardContext()).orElseThrow().vectors();
        assertArrayEquals(VectorSimilarity.COSINE.prepare("meaning", right), leg.vector(), 0);
    }

    public void testShardWithoutTheFieldMatchesNothing() throws IOException {
        EmbeddingQueryBuilder elsewhere = new EmbeddingQueryBuilder(
                "elsewhere", QuerySource.vector(new float[] {1}), KnnOptions.DEFAULT, null, () -> null);
        assertTrue(elsewhere.toQuery(createShardContext()) instanceof MatchNoDocsQuery);
    }

    public void testFiltersOfDocumentLevelSecurityRestrictTheNeighbours() throws IOException {
        QueryBuilder own = QueryBuilders.termQuery("mapped_string", "own");
        QueryBuilder added = QueryBuilders.termQuery("mapped_string", "added");
        EmbeddingQueryBuilder unfiltered = query(QuerySource.vector(QueryFields.vector(random())), null);
        KnnQuery once = knn(unfiltered.filter(added));
        assertEquals(added.toQuery(createShardContext()), once.filter());
        KnnQuery twice = knn(unfiltered.filter(own).filter(added));
        assertEquals(new BoolQueryBuilder().filter(own).filter(added).toQuery(createShardContext()), twice.filter());
        assertSame(unfiltered, unfiltered.filter(null));
    }

    private static KnnQuery knn(EmbeddingQueryBuilder builder) throws IOException {
        return (KnnQuery) builder.leg(createShardContext()).orElseThrow().knn();
    }

    public void testReportsWhatIsWrong() {
        assertParsingFails(
                "{\"embedding\": {\"vector\": [1]}}", "[embedding] expects the name of the field to search in [field]");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\"}}", "[embedding] expects one of [text], [code] and [vector]");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": \"a\", \"code\": \"b\"}}",
                "[embedding] expects one of [text], [code] and [vector], got two");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": \"  \"}}",
                "[text] expects something to embed, got a blank string");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": [1], \"k\": 0}}",
                "[k] expects 1 to 10000, got [0]");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": [1], \"k\": 5, \"num_candidates\": 4}}",
                "[num_candidates] expects k [5] to 10000, got [4]");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": [1], \"oversample\": 0.5}}",
                "[oversample] expects 1 to 100, got [0.5]");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": [1], \"oversample\": \"NaN\"}}",
                "[oversample] expects 1 to 100, got [NaN]");
        assertParsingFails("{\"embedding\": {\"field\": \"meaning\", \"vector\": \"%%%\"}}", "that is not base64");
        assertParsingFails("{\"embedding\": {\"feild\": \"meaning\"}}", "unknown field [feild]");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"text\": null}}", "[text] expects a string, got VALUE_NULL");
        assertParsingFails(
                "{\"embedding\": {\"field\": {\"a\": 1}, \"text\": \"a\"}}",
                "[field] expects a string, got START_OBJECT");
        assertParsingFails(
                "{\"embedding\": {\"field\": \"meaning\", \"vector\": {}}}",
                "[vector] expects a string, got START_OBJECT");
    }

    private void assertParsingFails(String query, String message) {
        Exception e = expectThrows(Exception.class, () -> parseQuery(query));
        assertTrue(e.toString(), e instanceof ParsingException || e instanceof IllegalArgumentException);
        assertThat(e.getMessage(), containsString(message));
    }

    public void testReportsWhatDoesNotFitTheField() {
        assertQueryFails(QuerySource.vector(new float[] {1, 2}), "field [meaning] expects 8 dimensions, got 2");
        assertQueryFails(QuerySource.vector(new float[QueryFields.DIMENSIONS]), "a vector that is not all zeros");
        assertQueryFails(
                QuerySource.text(InputType.TEXT, "words")
                        .withVectors(List.of(new QueryVector("another-model", QueryFields.vector(random())))),
                "no vector of model id [text-embedding-ada-002] with 8 dimensions for field [meaning]");
    }

    private void assertQueryFails(QuerySource source, String message) {
        Exception e = expectThrows(
                IllegalArgumentException.class, () -> query(source, null).toQuery(createShardContext()));
        assertThat(e.getMessage(), containsString(message));
    }

    public void testReportsAFieldOfAnotherType() {
        EmbeddingQueryBuilder other = new EmbeddingQueryBuilder(
                "mapped_string", QuerySource.vector(new float[] {1}), KnnOptions.DEFAULT, null, () -> null);
        Exception e = expectThrows(IllegalArgumentException.class, () -> other.toQuery(createShardContext()));
        assertEquals(
                "[embedding] expects a field of type [embedding], but [mapped_string] has type [text]", e.getMessage());
    }

    public void testReportsATextThatWasNotEmbedded() {
        Exception e = expectThrows(
                IllegalArgumentException.class,
                () -> query(QuerySource.text(InputType.TEXT, "secret words"), null)
                        .toQuery(createShardContext()));
        assertThat(e.getMessage(), containsString("was not embedded"));
        assertFalse(e.getMessage().contains("secret"));
    }

    /** The framework expects a filter around the query; ours restricts the neighbours themselves. */
    @Override
    public void testFilter() throws IOException {
        EmbeddingQueryBuilder query = createTestQueryBuilder();
        assertSame(query, query.filter(null));
        QueryBuilder filter = QueryBuilders.termQuery("mapped_string", "x");
        assertNotEquals(query, query.filter(filter));
        assertEquals(query.boost(), query.filter(filter).boost(), 0);
        assertEquals(query.queryName(), query.filter(filter).queryName());
    }
}
