/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;

/** The zip, installed with {@code opensearch-plugin} beside all core modules, its key in the keystore. */
public class InstallIT {

    private static final String KEY_SETTING = "embedding.model.default.api_key";
    private static final String KEY = "sk-test-4f1d9c2ab7";
    private static final String OTHER_KEY = "sk-test-e83b06d5f1";
    private static final String TEXT = "stones gliding towards the house";

    private static Node node;
    private static Http http;
    private static FakeEmbeddingService service;

    @BeforeClass
    public static void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        node = Distributions.withPlugin()
                .node(NodeSettings.single("keyed")
                        .with("embedding.cache.size", "0") // tests count calls
                        .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                        .with("embedding.model.default.url", service.url())
                        .with("logger.dev.embeddingsearch", "TRACE")
                        .with("logger.org.opensearch.ingest", "DEBUG"));
        node.secret(KEY_SETTING, KEY);
        node.start();
        http = new Http(node.uri());
        Articles.create(http, "articles", 1);
    }

    @AfterClass
    public static void stop() {
        http.close();
        node.close();
        service.close();
    }

    @Before
    public void restore() {
        service.reset();
    }

    private static Answer reload(String key) {
        node.secret(KEY_SETTING, key);
        return http.post("_nodes/reload_secure_settings", "{}").expect(200);
    }

    private static void index() {
        http.post("articles/_doc", "{\"body\": \"%s\"}".formatted(TEXT)).expect(201);
    }

    private static List<String> authorizations() {
        return service.calls().stream().map(Call::authorization).toList();
    }

    @Test
    public void testPluginIsListed() {
        Answer plugins = http.get("_cat/plugins?format=json").expect(200);
        assertEquals(1, plugins.body().size());
        assertEquals("embedding-search", plugins.at("/0/component").asText());
        assertEquals(
                System.getProperty("plugin.version"), plugins.at("/0/version").asText());
    }

    @Test
    public void testChecksumIsThatOfTheZip() throws Exception {
        Path zip = Path.of(System.getProperty("plugin.zip"));
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(zip)));
        List<String> words =
                List.of(Files.readString(Path.of(zip + ".sha512")).strip().split(" +"));
        assertEquals(List.of(sum, zip.getFileName().toString()), words);
    }

    @Test
    public void testDockerfileIsForTheDefaultLine() throws IOException {
        List<String> lines =
                Files.readAllLines(Path.of(System.getProperty("readme")).resolveSibling("Dockerfile"));
        String zip = Path.of(System.getProperty("plugin.zip")).getFileName().toString();
        assertTrue(lines.contains("ARG ZIP=plugin/target/" + zip.replace("lucene104", "lucene105")));
        if (zip.contains("lucene105")) {
            assertTrue(lines.contains("ARG OPENSEARCH=" + System.getProperty("opensearch.version")));
        }
    }

    @Test
    public void testBillOfMaterialsHasEachLibraryOfTheZip() throws IOException {
        String zip = System.getProperty("plugin.zip");
        JsonNode bill = new ObjectMapper()
                .readTree(Path.of(zip.replaceAll("zip$", "cdx.json")).toFile());
        assertEquals("CycloneDX", bill.get("bomFormat").asText());
        Set<String> listed = new TreeSet<>();
        listed.add(jar(bill.at("/metadata/component")));
        bill.get("components").forEach(component -> listed.add(jar(component)));
        Set<String> shipped = new TreeSet<>();
        try (ZipFile file = new ZipFile(zip)) {
            file.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".jar"))
                    .forEach(shipped::add);
        }
        assertEquals(shipped, listed);
    }

    private static String jar(JsonNode component) {
        return component.get("name").asText() + "-" + component.get("version").asText() + ".jar";
    }

    @Test
    public void testAllModulesOfTheDistributionRunBesideIt() throws IOException {
        Set<String> shipped = new TreeSet<>();
        try (Stream<Path> modules = Files.list(Distributions.withPlugin().home().resolve("modules"))) {
            modules.forEach(module -> shipped.add(module.getFileName().toString()));
        }
        Set<String> running = new TreeSet<>();
        JsonNode nodes = http.get("_nodes/plugins").expect(200).at("/nodes");
        nodes.elements()
                .next()
                .get("modules")
                .forEach(module -> running.add(module.get("name").asText()));
        assertTrue(running.toString(), running.size() > 15);
        assertEquals(shipped.size(), running.size());
    }

    @Test
    public void testCallsLeaveTheNodeUnderTheJavaAgent() {
        String jvm = http.get("_nodes/jvm").expect(200).body().toString();
        assertThat(jvm, containsString("-javaagent:"));
        index();
        assertEquals(List.of(TEXT), service.inputs());
    }

    @Test
    public void testKeyOfTheKeystoreIsSentAsBearer() {
        reload(KEY);
        index();
        assertEquals(List.of("Bearer " + KEY), authorizations());
    }

    @Test
    public void testReplacedKeyIsTakenOnceSettingsAreReloaded() {
        reload(KEY);
        node.secret(KEY_SETTING, OTHER_KEY);
        index();
        http.post("_nodes/reload_secure_settings", "{}").expect(200);
        index();
        assertEquals(List.of("Bearer " + KEY, "Bearer " + OTHER_KEY), authorizations());
    }

    @Test
    public void testUnusableKeyIsRefusedAndTheFormerStays() {
        reload(KEY);
        String answer = reload("two words").body().toString();
        assertThat(
                answer,
                containsString("[" + KEY_SETTING + "] in the keystore expects a key of visible ASCII characters without"
                        + " spaces; add it again with [opensearch-keystore add --force " + KEY_SETTING + "]"));
        assertThat(answer, not(containsString("two words")));
        index();
        assertEquals(List.of("Bearer " + KEY), authorizations());
    }

    @Test
    public void testKeyIsShownNowhere() throws IOException {
        reload(KEY);
        service.script(
                call -> Reply.error(401, "invalid_api_key", "Incorrect API key provided: " + KEY + " (" + TEXT + ")"));
        Answer refused = http.post("articles/_doc", "{\"body\": \"%s\"}".formatted(TEXT));
        refused.expectError(400, "Incorrect API key provided: [key]");
        expectNoKey("error", refused.body().toString());
        for (String path : List.of(
                "_cluster/settings?include_defaults=true&flat_settings=true",
                "_nodes/settings",
                "_nodes",
                "_nodes/stats",
                "_cluster/state",
                "_nodes/hot_threads?threads=1000&ignore_idle_threads=false",
                "_tasks?detailed=true",
                "_plugins/_embedding/stats",
                "_plugins/_embedding/models")) {
            String told = http.get(path).expect(200).body().toString();
            expectNoKey(path, told);
            assertThat("document text in " + path, told, not(containsString(TEXT)));
        }
        for (String line : logLines()) {
            expectNoKey("logs", line);
            assertThat("document text in the logs", line, not(containsString(TEXT)));
        }
    }

    private static void expectNoKey(String where, String text) {
        assertThat(where, text, not(containsString(KEY)));
        assertThat(where, text, not(containsString(OTHER_KEY)));
    }

    @Test
    public void testLogIsFreeOfErrors() throws IOException {
        index();
        service.script(call -> Reply.error(400, "invalid_request", "no"));
        http.post("articles/_doc", "{\"body\": \"refused\"}").expect(400);
        List<String> lines = logLines();
        assertTrue(lines.stream().anyMatch(line -> line.contains("loaded plugin [embedding-search]")));
        assertEquals(
                List.of(),
                lines.stream()
                        .filter(line ->
                                line.contains("[ERROR]") || line.contains("[FATAL]") || line.contains("\"ERROR\""))
                        .toList());
    }

    private static List<String> logLines() throws IOException {
        List<Path> logs;
        try (Stream<Path> files = Files.list(node.log().getParent())) {
            logs = files.toList();
        }
        assertTrue(logs.contains(node.log()));
        return logs.stream().flatMap(InstallIT::lines).toList();
    }

    private static Stream<String> lines(Path log) {
        try {
            return Files.readAllLines(log).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
