/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.embedding.CacheStats;
import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.test.OpenSearchTestCase;

/** What a node says of its models. */
public class ModelDescriptionTests extends OpenSearchTestCase {

    private static final String KEY = "sk-test-0123456789";

    private final List<EmbeddingRequest> asked = Collections.synchronizedList(new ArrayList<>());

    private static Models models() {
        MockSecureSettings secrets = new MockSecureSettings();
        secrets.setString("embedding.model.large.api_key", KEY);
        return new Models(Settings.builder()
                .setSecureSettings(secrets)
                .put("embedding.model.large.id", "text-embedding-3-large")
                .put("embedding.model.large.dimensions", 1024)
                .put("embedding.model.large.timeout", "1500ms")
                .put("embedding.model.large.truncate", "none")
                .put("embedding.model.broken.provider", "azure")
                .build());
    }

    private Map<String, Object> describe(boolean verify) {
        Embedder cache = (request, listener) -> {
            throw new AssertionError("the cache was asked");
        };
        return TransportModelsAction.describe(
                new NodeServices(
                        models(),
                        this::answer,
                        cache,
                        new NodeCounters(
                                new EmbeddingStats(),
                                () -> new CacheStats(0, 0, 0, 0, 0, new CacheStats.Disk(0, 0, 0, 0, 0)),
                                Map::of)),
                verify);
    }

    private void answer(EmbeddingRequest request, ActionListener<List<EmbeddingResult>> listener) {
        asked.add(request);
        switch (request.model()) {
            case "large" -> listener.onResponse(List.of(EmbeddingResult.of(new float[1024])));
            case "default" ->
                listener.onResponse(List.of(EmbeddingResult.failed(
                        new EmbeddingException("check the key", RestStatus.BAD_REQUEST, false, null))));
            default -> listener.onFailure(new IllegalArgumentException("not this one"));
        }
    }

    private static Map<?, ?> model(Map<String, Object> described, String name) {
        return (Map<?, ?>) described.get(name);
    }

    public void testSettingsInForce() {
        Map<String, Object> described = describe(false);
        assertEquals(List.of("broken", "default", "large"), List.copyOf(described.keySet()));
        Map<?, ?> large = model(described, "large");
        assertEquals("https://api.openai.com/v1", large.get("url"));
        assertEquals("text-embedding-3-large", large.get("query_id"));
        assertEquals(1024, large.get("dimensions"));
        assertEquals("1500ms", large.get("timeout"));
        assertEquals("none", large.get("truncate"));
        assertEquals(.13, large.get("price_per_million_tokens"));
        assertEquals("end", model(described, "default").get("truncate"));
        assertTrue("nobody was asked", asked.isEmpty());
    }

    public void testEverySettingIsTold() {
        Set<String> told = new HashSet<>();
        model(describe(false), "default").keySet().forEach(key -> told.add((String) key));
        Set<String> settings = new HashSet<>();
        for (Setting<?> setting : Models.settings()) {
            if (setting.getKey().startsWith("embedding.model.")) {
                settings.add(setting.getKey().substring(setting.getKey().lastIndexOf('.') + 1));
            }
        }
        settings.remove("parameters"); // told as those of each side
        assertEquals(settings, told);
    }

    public void testOfKeysOnlyTheirPresence() {
        Map<String, Object> described = describe(randomBoolean());
        assertEquals("set", model(described, "large").get("api_key"));
        assertEquals("missing", model(described, "default").get("api_key"));
        assertThat(described.toString(), not(containsString(KEY)));
    }

    public void testModelThatCannotBeUsedSaysWhy() {
        Map<?, ?> error = (Map<?, ?>) model(describe(false), "broken").get("error");
        assertThat(
                (String) error.get("reason"),
                containsString("model [broken] cannot be used: [embedding.model.broken.url] is missing"));
        assertEquals(400, error.get("status"));
    }

    public void testTrialsAskPastTheCacheInTheTimeOfASearch() {
        Map<String, Object> described = describe(true);
        Map<?, ?> large = (Map<?, ?>) model(described, "large").get("verify");
        assertEquals(1024, large.get("dimensions"));
        assertThat((Long) large.get("latency_ms"), greaterThanOrEqualTo(0L));
        assertEquals(
                Map.of("type", "embedding_exception", "reason", "check the key", "status", 400),
                ((Map<?, ?>) model(described, "default").get("verify")).get("error"));
        assertEquals(
                Map.of("type", "illegal_argument_exception", "reason", "not this one", "status", 400),
                ((Map<?, ?>) model(described, "broken").get("verify")).get("error"));
        assertEquals(3, asked.size());
        for (EmbeddingRequest request : asked) {
            assertEquals(Purpose.SEARCH, request.purpose());
            assertEquals(List.of("hello"), request.texts());
        }
    }
}
