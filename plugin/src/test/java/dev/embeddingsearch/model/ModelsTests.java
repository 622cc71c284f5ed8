/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.opensearch.action.admin.cluster.settings.ClusterUpdateSettingsRequest;
import org.opensearch.action.admin.cluster.settings.ClusterUpdateSettingsResponse;
import org.opensearch.action.support.PlainActionFuture;
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

    public void testUrlOutsideAllowListIsRefusedWhenUsedAndNeverArchived() {
        Settings stored = settings("m.url", "https://api.openai.com.evil.org/v1", "m.dimensions", "3");
        ClusterSettings cluster = new ClusterSettings(Settings.EMPTY, Set.copyOf(Models.settings()));
        assertSame(
                "another node's list may permit it",
                stored,
                cluster.archiveUnknownOrInvalidSettings(
                        stored, e -> fail("unknown: " + e), (e, why) -> fail("invalid: " + e)));
        String refused = "[https://api.openai.com.evil.org/v1], which no entry of [embedding.url_allowlist] permits";
        Models models = new Models(stored);
        assertThat(messageOf(() -> models.get("m")), containsString("model [m] cannot be used"));
        assertThat(messageOf(() -> models.get("m")), containsString(refused));
        assertThat("a node's own file", messageOf(models::requireAllowedUrls), containsString(refused));
        assertEquals("mappings need no address", 3, models.identity("m").dimensions());
    }

    public void testDefaultAddressIsForOpenAisModelsOnly() {
        String missing = "[embedding.model.m.url] is missing";
        for (Settings lacking : List.of(
                bare("m.dimensions", "384"),
                bare("m.id", "text-embedding-3-small"),
                bare("m.timeout", "5s"),
                withKey("m", bare("m.id", "all-minilm-l6-v2")))) {
            assertThat(messageOf(() -> new Models(lacking).get("m")), containsString(missing));
        }
        assertThat(
                messageOf(() -> new Models(Settings.builder()
                                .put(bare("default.dimensions", "384"))
                                .put("node.name", "n1")
                                .build())
                        .get("default")),
                containsString(
                        "or, for OpenAI's own, add [embedding.model.default.api_key] to the keystore of node [n1]"));
        for (Settings enough : List.of(
                withKey("m", bare("m.dimensions", "384")),
                withKey("m", bare("m.id", "my-fine-tuned-model")),
                withKey("m", Settings.EMPTY))) {
            assertEquals(
                    "https://api.openai.com/v1", new Models(enough).get("m").url());
        }
    }

    public void testModelWithAnArchivedSettingIsRefusedUntilItIsSetAgain() {
        Models models = new Models(withKey("default", Settings.EMPTY));
        String key = "archived.embedding.model.default.url";
        Settings archived =
                Settings.builder().put(key, "http://localhost:8080/v1").build();
        models.archived(archived);
        assertThat(
                messageOf(() -> models.get("default")),
                containsString("OpenSearch has archived its setting [embedding.model.default.url] as [" + key + "]"));
        models.update(settings("default.timeout", "5s", "default.url", "https://api.openai.com/v1"));
        assertEquals(
                "set again", "https://api.openai.com/v1", models.get("default").url());
        models.update(bare("default.timeout", "5s"));
        assertThat(messageOf(() -> models.get("default")), containsString("has archived"));
        models.archived(Settings.EMPTY);
        assertEquals("removed", 5, models.get("default").limits().timeout().seconds());

        models.archived(Settings.builder()
                .put("archived.embedding.model.gone.setting_of_another_version", "x")
                .build());
        assertThat(messageOf(() -> models.get("gone")), containsString("has archived"));
        assertThat(messageOf(() -> models.identity("gone")), containsString("has archived"));
        assertEquals(5, models.get("default").limits().timeout().seconds());
    }

    public void testUpdateWithAUrlOutsideTheAllowListIsRefused() {
        UrlUpdateFilter filter = new UrlUpdateFilter(new Models(Settings.EMPTY));
        for (String url : List.of("https://elsewhere.org/v1", "https://api.openai.com/v1")) {
            PlainActionFuture<ClusterUpdateSettingsResponse> refused = new PlainActionFuture<>();
            AtomicBoolean passed = new AtomicBoolean();
            ClusterUpdateSettingsRequest request = new ClusterUpdateSettingsRequest();
            Settings change = settings("m.url", url);
            if (randomBoolean()) {
                request.persistentSettings(change);
            } else {
                request.transientSettings(change);
            }
            filter.<ClusterUpdateSettingsRequest, ClusterUpdateSettingsResponse>apply(
                    null, "update", request, null, refused, (task, action, same, listener) -> passed.set(true));
            assertEquals(url.contains("openai"), passed.get());
            if (!passed.get()) {
                assertThat(
                        messageOf(refused::actionGet), containsString("which no entry of [embedding.url_allowlist]"));
            }
        }
        AtomicBoolean passed = new AtomicBoolean();
        ClusterUpdateSettingsRequest removal = new ClusterUpdateSettingsRequest()
                .persistentSettings(
                        Settings.builder().putNull("embedding.model.m.url").putNull("embedding.model.*"));
        filter.<ClusterUpdateSettingsRequest, ClusterUpdateSettingsResponse>apply(
                null, "update", removal, null, null, (task, action, same, listener) -> passed.set(true));
        assertTrue(passed.get());
    }

    public void testBadValuesAreNamed() {
        ClusterSettings cluster = new ClusterSettings(Settings.EMPTY, Set.copyOf(Models.settings()));
        for (List<String> bad : List.of(
                List.of("m.provider", "bedrock", "expected [openai] or [azure], got [bedrock]"),
                List.of("m.truncate", "start", "expected [end] or [none], got [start]"),
                List.of("m.url", "ftp://x", "got [ftp://x]"),
                List.of("m.id", "", "expected the id of a model"),
                List.of("m.id", "a\nb", "control characters"),
                List.of("m.dimensions", "-1", "must be >= 0"),
                List.of("m.send_dimensions", "yes", "expected [auto], [true] or [false], got [yes]"),
                List.of("m.encoding_format", "int8", "expected [base64] or [float], got [int8]"),
                List.of("m.parameters.input", "x", "expects the name of a parameter"),
                List.of("m.query_parameters.a.b", "x", "expects the name of a parameter"),
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
                messageOf(() -> new Models(bare("m.provider", "azure")).get("m")),
                containsString("[embedding.model.m.url] is missing"));
    }

    public void testUpdateThroughClusterSettings() {
        Settings node = settings("m.id", "bge-m3");
        Models models = new Models(node);
        ClusterSettings cluster = new ClusterSettings(node, Set.copyOf(Models.settings()));
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
        List<Setting<?>> settings = Models.settings();
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

    private static Settings withKey(String model, Settings settings) {
        return Settings.builder().put(keystore(model, KEY)).put(settings).build();
    }

    /** Settings of models whose address is OpenAI's unless they say another. */
    private static Settings settings(String... pairs) {
        Settings bare = bare(pairs);
        Settings.Builder settings = Settings.builder();
        for (String key : bare.keySet()) {
            settings.put(key.substring(0, key.lastIndexOf('.')) + ".url", "https://api.openai.com/v1");
        }
        return settings.put(bare).build();
    }

    private static Settings bare(String... pairs) {
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
