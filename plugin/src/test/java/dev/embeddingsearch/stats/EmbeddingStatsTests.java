/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.stats;

import dev.embeddingsearch.stats.ModelStats.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.test.OpenSearchTestCase;

public class EmbeddingStatsTests extends OpenSearchTestCase {

    private static void answer(ModelStats model, int inputs, long characters, long tokens, double price) {
        model.called(false);
        model.answered(new Answer(inputs, characters, tokens, price), TimeUnit.MILLISECONDS.toNanos(20));
    }

    /** Counters of some models and indices, all of them drawn. */
    static EmbeddingStats random(List<String> models, List<String> indices) {
        EmbeddingStats stats = new EmbeddingStats();
        for (String name : randomSubsetOf(models)) {
            ModelStats model = stats.model(name);
            for (int i = between(0, 5); i > 0; i--) {
                answer(model, between(1, 9), between(1, 999), between(1, 99), randomDouble());
                model.failed(randomFrom(FailureKind.values()));
            }
        }
        for (String name : randomSubsetOf(indices)) {
            IndexStats index = stats.index(name);
            index.documentsEmbedded(between(0, 9));
            index.documentsFailed(between(0, 9));
            index.vectorsKept(between(0, 9));
            index.embedded(between(0, 9), between(0, 99));
            index.lexicalSearch();
        }
        return stats;
    }

    private static Map<String, Object> json(StatsSnapshot snapshot) throws Exception {
        try (XContentBuilder builder = JsonXContent.contentBuilder()) {
            builder.startObject();
            snapshot.toXContent(builder, ToXContent.EMPTY_PARAMS, VectorMemory.NONE)
                    .endObject();
            return XContentHelper.convertToMap(JsonXContent.jsonXContent, builder.toString(), true);
        }
    }

    public void testSpendIsTokensTimesThePriceOfTheirTime() {
        EmbeddingStats stats = new EmbeddingStats();
        answer(stats.model("m"), 1, 400, 1_000_000, .02);
        answer(stats.model("m"), 1, 400, 500_000, .13);
        answer(stats.model("free"), 1, 400, 500_000, 0);
        ModelSnapshot model = stats.snapshot().models().get("m");
        assertEquals(.02 + .065, model.spend(), 1e-12);
        assertEquals(1_500_000, (long) model.counters().get("tokens"));
        assertEquals(0, stats.snapshot().models().get("free").spend(), 0);
    }

    public void testEachKindOfFailureIsCountedByItself() {
        EmbeddingStats stats = new EmbeddingStats();
        FailureKind kind = randomFrom(FailureKind.values());
        int times = between(1, 5);
        for (int i = 0; i < times; i++) {
            stats.model("m").called(i > 0);
            stats.model("m").failed(kind);
        }
        ModelSnapshot model = stats.snapshot().models().get("m");
        assertEquals(FailureKind.values().length, model.failures().size());
        model.failures()
                .forEach((name, count) -> assertEquals(name, name.equals(kind.toString()) ? times : 0, (long) count));
        assertEquals(times, (long) model.counters().get("requests"));
        assertEquals(times - 1, (long) model.counters().get("retries"));
        assertEquals(0, (long) model.counters().get("inputs"));
    }

    public void testTokensAreGuessedByWhatTheModelCountedBefore() {
        ModelStats model = new EmbeddingStats().model("m");
        assertEquals(25, model.likelyTokens(100));
        answer(model, 3, 600, 300, 0);
        assertEquals(50, model.likelyTokens(100));
        assertEquals(1, model.likelyTokens(1));
        assertEquals(0, model.likelyTokens(0));
    }

    public void testSavedIsWhatWasHandedOutAndNotMade() {
        EmbeddingStats stats = new EmbeddingStats();
        ModelStats model = stats.model("m");
        answer(model, 1, 40, 20, 0);
        model.saved(3, 120);
        model.saved(-1, -40);
        StatsSnapshot snapshot = stats.snapshot();
        assertEquals(2, (long) snapshot.models().get("m").counters().get("saved_texts"));
        assertEquals(40, snapshot.ofAllModels("saved_tokens"));
        model.saved(-9, -999); // made, and not yet handed out
        assertEquals(0, stats.snapshot().ofAllModels("saved_tokens"));
    }

    public void testNodesAddUp() throws Exception {
        List<String> models = List.of("default", "large");
        List<String> indices = List.of("a", "b", "c");
        StatsSnapshot one = random(models, indices).snapshot();
        StatsSnapshot other = random(models, indices).snapshot();
        StatsSnapshot sum = one.plus(other);
        for (String model : models) {
            for (String counter : List.of("requests", "inputs", "tokens")) {
                assertEquals(
                        counter(one, model, counter) + counter(other, model, counter), counter(sum, model, counter));
            }
        }
        assertEquals(json(sum), json(other.plus(one)));
        assertEquals(json(one), json(one.plus(StatsSnapshot.NONE)));
    }

    private static long counter(StatsSnapshot snapshot, String model, String counter) {
        ModelSnapshot counted = snapshot.models().get(model);
        return counted == null ? 0 : counted.counters().get(counter);
    }

    public void testSurvivesTheWire() throws Exception {
        StatsSnapshot snapshot =
                random(List.of("default", "large", "x"), List.of("a", "b")).snapshot();
        StatsSnapshot copy = copyWriteable(snapshot, new NamedWriteableRegistry(List.of()), StatsSnapshot::new);
        assertEquals(snapshot, copy);
        assertEquals(json(snapshot), json(copy));
    }

    public void testCountersOfANewerNodeAreAddedUp() {
        Latencies none = new Latencies();
        ModelSnapshot newer = new ModelSnapshot(Map.of("tokens", 2L, "new", 3L), Map.of("strike", 1L), 0, none);
        ModelSnapshot older = new ModelSnapshot(Map.of("tokens", 5L), Map.of("quota", 4L), 0, none);
        ModelSnapshot sum = older.plus(newer).plus(newer);
        assertEquals(Map.of("tokens", 9L, "new", 6L), sum.counters());
        assertEquals(Map.of("quota", 4L, "strike", 2L), sum.failures());
    }

    public void testJsonHasEveryCounter() throws Exception {
        EmbeddingStats stats = new EmbeddingStats();
        answer(stats.model("m"), 1, 20, 41, .02);
        answer(stats.model("m"), 1, 20, 4, .02); // 9.000000000000001E-7 together
        stats.model("m").failed(FailureKind.THROTTLED);
        stats.index("i").embedded(2, 10);
        stats.index("i").lexicalSearch();
        Map<String, Object> json = json(stats.snapshot());
        Map<?, ?> model = (Map<?, ?>) ((Map<?, ?>) json.get("models")).get("m");
        assertEquals(2, model.get("requests"));
        assertEquals(2, model.get("inputs"));
        assertEquals(45, model.get("tokens"));
        assertEquals(9e-7, model.get("spend_usd"));
        assertEquals(1, ((Map<?, ?>) model.get("failures")).get("throttled"));
        assertEquals(Map.of("p50", 20, "p95", 20, "p99", 20, "max", 20), model.get("latency_ms"));
        assertEquals(
                Map.of(
                        "documents_embedded", 0,
                        "documents_failed", 0,
                        "vectors_kept", 0,
                        "texts", 2,
                        "tokens", 10,
                        "lexical_searches", 1),
                ((Map<?, ?>) json.get("indices")).get("i"));
    }

    public void testDeletedIndicesAreForgotten() {
        EmbeddingStats stats = new EmbeddingStats();
        stats.index("a").lexicalSearch();
        stats.index("b").lexicalSearch();
        stats.forgetIndex("a");
        assertEquals(List.of("b"), new ArrayList<>(stats.snapshot().indices().keySet()));
    }

    public void testTheBooksDoNotGrowWithTheNamesOfIndices() {
        EmbeddingStats stats = new EmbeddingStats();
        for (int i = 0; i < EmbeddingStats.MAX_INDICES + 7; i++) {
            stats.index("index-" + i).lexicalSearch();
        }
        stats.index("index-0").lexicalSearch();
        Map<String, Map<String, Long>> indices = stats.snapshot().indices();
        assertEquals(EmbeddingStats.MAX_INDICES + 1, indices.size());
        assertEquals(7, (long) indices.get(EmbeddingStats.OTHER_INDICES).get("lexical_searches"));
        assertEquals(2, (long) indices.get("index-0").get("lexical_searches"));
    }
}
