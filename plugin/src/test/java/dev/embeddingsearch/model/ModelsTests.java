/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import java.util.List;
import java.util.Set;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;

public class ModelsTests extends OpenSearchTestCase {

    private static final String KEY = "sk-test-0123456789";

    public void testDefaultNeedsNoSetting() {
        EmbeddingModel model = new Models(Settings.EMPTY).get("default");
        assertEquals("text-embedding-3-small", model.id());
        assertEquals("text-embedding-3-small", model.queryId());
        assertEquals("https://api.openai.com/v1", model.url());
        assertEquals(Provider.OPENAI, model.endpoint().provider());
        assertEquals(1536, model.dimensions());
        assertTrue(model.takesDimensions());
        assertEquals(8191, model.limits().inputTokens());
        assertEquals(2048, model.limits().batchInputs());
        assertEquals(300_000, model.limits().batchTokens());
        assertEquals(30, model.limits().timeout().seconds());
        assertEquals(10, model.limits().searchTimeout().seconds());
        assertEquals(5, model.limits().retries());
        assertEquals(8, model.limits().inFlight());
        assertTrue(model.limits().truncate());
    }

    public void testUnknownNameListsConfiguredOnes() {
        Models models = new Models(settings("other.id", "bge-m3"));
        String message = messageOf(() -> models.get("nope"));
        assertThat(message, containsString("no model [nope]: configured are [default, other]"));
        assertThat(message, containsString("embedding.model.nope.id"));
    }

    public void testSettingsWinOverCatalogue() {
        EmbeddingModel model = new Models(settings(
                        "m.id", "intfloat/multilingual-e5-large",
                        "m.dimensions", "256",
                        "m.query_prefix", "",
                        "m.max_input_tokens", "100",
                        "m.truncate", "none"))
                .get("m");
        assertEquals(256, model.dimensions());
        assertEquals("passage: ", model.prefixes().of(Side.DOCUMENT));
        assertEquals("", model.prefixes().of(Side.QUERY));
        assertEquals(100, model.limits().inputTokens());
        assertFalse(model.limits().truncate());
        assertFalse(model.takesDimensions());
    }

    public void testPriceComesFromTheSettingThenFromTheCatalogue() {
        assertEquals(.02, new Models(Settings.EMPTY).get("default").pricePerMillionTokens(), 0);
        Models models = new Models(settings(
                "large.id", "text-embedding-3-large",
                "local.id", "bge-m3",
                "unknown.id", "mine-1",
                "deployment.id", "my-deployment",
                "deployment.price_per_million_tokens", "0.13",
                "free.id", "text-embedding-3-large",
                "free.price_per_million_tokens", "0"));
        assertEquals(.13, models.get("large").pricePerMillionTokens(), 0);
        assertEquals(0, models.get("local").pricePerMillionTokens(), 0);
        assertEquals(0, models.get("unknown").pricePerMillionTokens(), 0);
        assertEquals(.13, models.get("deployment").pricePerMillionTokens(), 0);
        assertEquals(0, models.get("free").pricePerMillionTokens(), 0);
    }

    public void testPriceThatIsNoneIsRefused() {
        for (String price : List.of("-1", "NaN", "Infinity", "cheap", "")) {
            Models models = new Models(settings("m.price_per_million_tokens", price));
            assertThat(
                    messageOf(() -> models.get("m")),
                    containsString("[embedding.model.m.price_per_million_tokens] expected a price in US dollars like"
                            + " [0.02], got [" + price + "]"));
        }
    }

    public void testQueryIdFollowsDocumentId() {
        assertEquals("text-search-davinci-query-001", queryId("text-search-davinci-doc-001"));
        assertEquals("code-search-ada-text-001", queryId("code-search-ada-code-001"));
        assertEquals("text-similarity-ada-001", queryId("text-similarity-ada-001"));
        assertEquals("mine", queryId("mine"));
        assertEquals(
                "b",
                new Models(settings("m.id", "a", "m.query_id", "b")).get("m").modelId(Side.QUERY));
    }

    public void testQueryHalfAsIdIsRefused() {
        String message = messageOf(() -> new Models(settings("m.id", "text-search-curie-query-001")).get("m"));
        assertThat(message, containsString("[text-search-curie-query-001] embeds queries only"));
        assertThat(message, containsString("[text-search-curie-doc-001]"));
    }

    public void testUrlOutsideAllowListIsRefusedWhenSetAndWhenUsed() {
        Settings node = Settings.EMPTY;
        Settings change = settings("m.url", "https://api.openai.com.evil.org/v1");
        ClusterSettings cluster = new ClusterSettings(node, Set.copyOf(Models.settings(node)));
        assertThat(
                messageOf(() -> cluster.validate(change, true)),
                containsString(
                        "[https://api.openai.com.evil.org/v1], which no entry of [embedding.url_allowlist] permits"));
        assertThat(messageOf(() -> new Models(change).get("m")), containsString("model [m] cannot be used"));
    }

    public void testBadValuesAreNamed() {
        ClusterSettings cluster = new ClusterSettings(Settings.EMPTY, Set.copyOf(Models.settings(Settings.EMPTY)));
        for (List<String> bad : List.of(
                List.of("m.provider", "bedrock", "expected [openai] or [azure], got [bedrock]"),
                List.of("m.truncate", "start", "expected [end] or [none], got [start]"),
                List.of("m.url", "ftp://x", "got [ftp://x]"),
                List.of("m.id", "", "expected the id of a model"),
                List.of("m.id", "a\nb", "control characters"),
                List.of("m.dimensions", "-1", "must be >= 0"),
                List.of("m.max_batch_inputs", "4096", "must be <= 2048"))) {
            String message = messageOf(() -> cluster.validate(settings(bad.get(0), bad.get(1)), true));
            assertThat(message, containsString(bad.get(2)));
            assertThat(message, containsString("embedding.model." + bad.get(0)));
        }
    }

    public void testMoreDimensionsThanTheModelHas() {
        Models models = new Models(settings("m.dimensions", "2000"));
        assertThat(
                messageOf(() -> models.get("m")),
                containsString("is [2000], but model [text-embedding-3-small] has [1536]"));
    }

    public void testAzureWantsItsOwnUrl() {
        assertThat(
                messageOf(() -> new Models(settings("m.provider", "azure")).get("m")),
                containsString("[embedding.model.m.url] is missing"));
    }

    public void testUpdateThroughClusterSettings() {
        Settings node = settings("m.id", "bge-m3");
        Models models = new Models(node);
        ClusterSettings cluster = new ClusterSettings(node, Set.copyOf(Models.settings(node)));
        cluster.addSettingsUpdateConsumer(models::update, Models.dynamicSettings());

        cluster.applySettings(settings("m.timeout", "5s", "n.id", "bge-m3"));
        assertEquals(5, models.get("m").limits().timeout().seconds());
        assertEquals("bge-m3", models.get("m").id());
        assertEquals(Set.of("default", "m", "n"), models.names());

        cluster.applySettings(Settings.EMPTY);
        assertEquals(30, models.get("m").limits().timeout().seconds());
        assertEquals(Set.of("default", "m"), models.names());
    }

    public void testBadUpdateSpoilsOnlyItsModel() {
        Models models = new Models(Settings.EMPTY);
        models.update(settings("m.url", "https://elsewhere.org", "n.id", "bge-m3"));
        assertThat(messageOf(() -> models.get("m")), containsString("[https://elsewhere.org]"));
        assertEquals("bge-m3", models.get("n").id());
        assertEquals("text-embedding-3-small", models.get("default").id());
    }

    public void testSecretsAreReadReloadedAndNeverSaid() {
        Models models = new Models(keystore("m", KEY + "\n"));
        assertEquals(KEY, models.apiKey("m").orElseThrow().reveal());
        assertTrue(models.apiKey("default").isEmpty());
        assertEquals(
                "a model may consist of its key alone",
                "text-embedding-3-small",
                models.get("m").id());
        assertThat(models + " " + models.apiKey("m") + models.get("m"), not(containsString(KEY)));

        models.update(settings("m.id", "bge-m3"));
        assertEquals(KEY, models.apiKey("m").orElseThrow().reveal());

        models.reloadSecrets(keystore("n", "another"));
        assertTrue(models.apiKey("m").isEmpty());
        assertEquals("another", models.apiKey("n").orElseThrow().reveal());
        assertEquals("bge-m3", models.get("m").id());
    }

    public void testKeyThatWouldBreakItsHeader() {
        for (String key : List.of("a\r\nX-Evil: 1", "a b", "schlüssel", "")) {
            String message = messageOf(() -> new Models(keystore("m", key)));
            assertThat(message, containsString("[embedding.model.m.api_key] in the keystore expects"));
            assertFalse(message, !key.isEmpty() && message.contains(key));
        }
    }

    public void testKeyOutsideTheKeystoreIsRefused() {
        assertThat(messageOf(() -> new Models(settings("m.api_key", KEY))), not(containsString(KEY)));
    }

    public void testAllSettingsAreNodeScopedAndDynamicButTwo() {
        List<Setting<?>> settings = Models.settings(Settings.EMPTY);
        assertEquals(Models.dynamicSettings().size() + 2, settings.size());
        settings.forEach(setting -> assertTrue(setting.getKey(), setting.hasNodeScope()));
        assertEquals(
                2, settings.stream().filter(setting -> !setting.isDynamic()).count());
    }

    private static String queryId(String id) {
        return new Models(settings("m.id", id)).get("m").modelId(Side.QUERY);
    }

    private static Settings keystore(String model, String key) {
        MockSecureSettings secrets = new MockSecureSettings();
        secrets.setString("embedding.model." + model + ".api_key", key);
        return Settings.builder().setSecureSettings(secrets).build();
    }

    private static Settings settings(String... pairs) {
        Settings.Builder settings = Settings.builder();
        for (int i = 0; i < pairs.length; i += 2) {
            settings.put("embedding.model." + pairs[i], pairs[i + 1]);
        }
        return settings.build();
    }

    private static String messageOf(org.junit.function.ThrowingRunnable runnable) {
        return assertThrows(IllegalArgumentException.class, runnable).getMessage();
    }
}
