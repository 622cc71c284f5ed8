/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static java.util.stream.Collectors.toSet;

import dev.embeddingsearch.EmbeddingSearchPlugin;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.Ranks;
import dev.embeddingsearch.wire.RecordedBytes;
import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.index.query.MatchQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.TermQueryBuilder;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.search.SearchModule;
import org.opensearch.test.OpenSearchTestCase;

/** The queries between nodes of different versions of the plugin. */
public class QueryWireTests extends OpenSearchTestCase {

    private static Map<String, QueryBuilder> queries() {
        KnnOptions options = new KnnOptions(7, 30, 2.5f, 0.25f, true);
        QueryBuilder term = new TermQueryBuilder("tag", "x");
        QueryVector one = new QueryVector("model-1", new float[] {1, -2.5f, 3});
        QueryVector two = new QueryVector("model-2", new float[] {0, 4});
        EmbeddingQueryBuilder text = embedding(QuerySource.text(InputType.CODE, "sum(a)"), options, term)
                .boost(2)
                .queryName("near");
        EmbeddingQueryBuilder vector = embedding(QuerySource.vector(new float[] {1, 2}), KnnOptions.DEFAULT, null);
        QueryBuilder lexical = new MatchQueryBuilder("body", "skiing");
        Map<String, QueryBuilder> queries = new LinkedHashMap<>();
        queries.put("embedding_text", text);
        queries.put(
                "embedding_embedded",
                embedding(QuerySource.text(InputType.TEXT, "skiing").withVectors(List.of(one, two)), options, null));
        queries.put(
                "embedding_without_vectors",
                embedding(QuerySource.text(InputType.TEXT, "skiing").withVectors(List.of()), options, term));
        queries.put("embedding_vector", vector);
        queries.put(
                "hybrid_match_score",
                new HybridMatchQueryBuilder(lexical, vector, term, new FusionOptions(0.25f, null), true)
                        .boost(3)
                        .queryName("both"));
        queries.put(
                "hybrid_match_rrf",
                new HybridMatchQueryBuilder(lexical, text, null, new FusionOptions(0.5f, 60), false));
        queries.put(
                "hybrid_match_ranked",
                new RankedQueryBuilder(
                        List.of(
                                new RankedDocument("logs", "1", new Ranks(1, 2)),
                                new RankedDocument("far:logs", "2", new Ranks(0, 300))),
                        new RankFusion(0.25f, 60)));
        queries.put("embedding_similarity", new SimilarityQueryBuilder(vector));
        return queries;
    }

    private static EmbeddingQueryBuilder embedding(QuerySource source, KnnOptions options, QueryBuilder filter) {
        return new EmbeddingQueryBuilder("meaning", source, options, filter, () -> null);
    }

    private static NamedWriteableRegistry registry() throws IOException {
        try (EmbeddingSearchPlugin plugin = new EmbeddingSearchPlugin(Settings.EMPTY)) {
            List<NamedWriteableRegistry.Entry> entries =
                    new ArrayList<>(new SearchModule(Settings.EMPTY, List.of(plugin)).getNamedWriteables());
            entries.addAll(plugin.getNamedWriteables());
            return new NamedWriteableRegistry(entries);
        }
    }

    private static QueryBuilder read(BytesReference bytes) throws IOException {
        return RecordedBytes.readWhole(bytes, registry(), in -> in.readNamedWriteable(QueryBuilder.class));
    }

    public void testReadsWhat010Wrote() throws IOException {
        for (Map.Entry<String, QueryBuilder> query : queries().entrySet()) {
            assertEquals(query.getKey(), query.getValue(), read(RecordedBytes.of(query.getKey())));
        }
    }

    public void testWritesWhat010Reads() throws IOException {
        for (Map.Entry<String, QueryBuilder> query : queries().entrySet()) {
            assertEquals(query.getKey(), RecordedBytes.of(query.getKey()), RecordedBytes.written(query.getValue()));
        }
    }

    /** Queries that 0.1.0 does not know, whose bytes it therefore cannot have written. */
    private static final Set<String> NEW_QUERIES = Set.of(RankedLegsQueryBuilder.NAME);

    public void testEveryQueryOf010IsRecordedAndEachHasAFormWithParts() throws IOException {
        Set<String> recorded =
                queries().values().stream().map(QueryBuilder::getName).collect(toSet());
        try (EmbeddingSearchPlugin plugin = new EmbeddingSearchPlugin(Settings.EMPTY)) {
            for (SearchPlugin.QuerySpec<?> query : plugin.getQueries()) {
                String name = query.getName().getPreferredName();
                assertEquals(name, !NEW_QUERIES.contains(name), recorded.contains(name));
                assertNotNull(registry().getReader(QueryBuilder.class, WireParts.named(name)));
            }
        }
    }

    public void testSkipsPartsOfALaterVersion() throws IOException {
        for (QueryBuilder query : queries().values()) {
            QueryBuilder later = read(RecordedBytes.withUnknownPart(query));
            assertEquals(query, later);
            assertEquals(query.getName(), later.getName());
            assertEquals("passed on in the same form", query, read(RecordedBytes.written(later)));
        }
    }
}
