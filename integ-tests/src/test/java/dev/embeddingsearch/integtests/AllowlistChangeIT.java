/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** A node that comes back with another allow-list sends the texts of its models nowhere. */
public class AllowlistChangeIT {

    private static final String DOCUMENT = "{\"body\": \"stones slide over ice\"}";

    private FakeEmbeddingService service;
    private NodeSettings settings;

    @Before
    public void start() throws IOException {
        service = new FakeEmbeddingService(TextVectors::ofWords);
        settings = ShortLived.single("allowlist").with("embedding.cache.size", "0");
    }

    @After
    public void stop() {
        service.close();
    }

    @Test
    public void testTextsOfAModelWhoseUrlIsNoLongerPermittedStay() throws IOException {
        NodeSettings permitting = settings.with("embedding.url_allowlist", List.of("http://127.0.0.1:*"));
        try (Node node = Distributions.withPlugin().node(permitting).start();
                Http http = new Http(node.uri())) {
            http.put("_cluster/settings", """
                    {"persistent": {"embedding.model.default.url": "%s", "embedding.model.default.id": "mine",
                        "embedding.model.default.dimensions": 256}}
                    """.formatted(service.url())).expect(200);
            Articles.create(http, "articles", 1);
            http.put("articles/_doc/1", DOCUMENT).expect(201);
        }
        assertEquals(1, service.calls().size());
        service.reset();

        try (Node node = Distributions.withPlugin().node(settings).start();
                Http http = new Http(node.uri())) {
            String reason = "model [default] cannot be used: [embedding.model.default.url] is [" + service.url()
                    + "], which no entry of [embedding.url_allowlist] permits";
            http.put("articles/_doc/2", DOCUMENT).expectError(400, reason);
            // A change of any setting is when a cluster manager looks through those it has.
            http.put("_cluster/settings", "{\"persistent\": {\"action.destructive_requires_name\": false}}")
                    .expect(200);
            http.put("articles/_doc/2", DOCUMENT).expectError(400, reason);
            http.bulk("articles/_bulk", "{\"index\": {}}\n" + DOCUMENT + "\n").expectItemError(0, 400, reason);
            http.post("articles/_search", "{\"query\": {\"embedding\": {\"field\": \"meaning\", \"text\": \"ice\"}}}")
                    .expectError(400, reason);
            String kept =
                    http.get("_cluster/settings?flat_settings=true").body().toString();
            assertThat(kept, containsString("\"embedding.model.default.url\":\"" + service.url() + "\""));
            assertThat(kept, not(containsString("archived")));
            String models =
                    http.get("_plugins/_embedding/models?verify=true").body().toString();
            assertThat(models, containsString("which no entry of [embedding.url_allowlist] permits"));
            assertTrue(
                    "no service was called",
                    http.get("_plugins/_embedding/stats").at("/total/models").isEmpty());
            assertEquals(List.of(), service.calls());
        }
    }
}
