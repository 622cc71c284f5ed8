/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.FakeEmbeddingService;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.rules.ExternalResource;

/**
 * One node for all classes that need no set-up of their own, started by the first and ended with the JVM. Each class has
 * a {@link FakeEmbeddingService} of its own behind model {@code default}, and leaves no index, pipeline, template or
 * setting behind.
 */
final class ScriptedNode extends ExternalResource {

    private Http http;
    private FakeEmbeddingService service;

    private static final class Started {
        static final Node NODE = start();

        private static Node start() {
            try {
                return Distributions.withPlugin()
                        .node(NodeSettings.single("scripted")
                                .with("embedding.cache.size", "0") // tests count calls
                                .with("embedding.url_allowlist", List.of("http://127.0.0.1:*")))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    protected void before() throws Throwable {
        http = new Http(Started.NODE.uri());
        service = new FakeEmbeddingService(TextVectors::ofWords);
        restore();
    }

    @Override
    protected void after() {
        http.delete("_data_stream/*").expect(200);
        http.delete("*").expect(200);
        http.delete("_index_template/*").expect(200);
        http.delete("_ingest/pipeline/*").expect(200);
        http.put("_cluster/settings", "{\"persistent\": {\"embedding.model.*\": null}}")
                .expect(200);
        http.close();
        service.close();
    }

    Node node() {
        return Started.NODE;
    }

    Http http() {
        return http;
    }

    FakeEmbeddingService service() {
        return service;
    }

    /** Brings service and model settings back to what they were before any test. */
    void restore() {
        service.reset();
        http.put("_cluster/settings", "{\"persistent\": {\"embedding.model.*\": null}}")
                .expect(200);
        settings("default.url", service.url());
    }

    /** Sets one setting of one model, for example {@code default.url}. */
    Answer settings(String name, Object value) {
        String json = value instanceof Number ? value.toString() : "\"" + value + "\"";
        return http.put("_cluster/settings", "{\"persistent\": {\"embedding.model." + name + "\": " + json + "}}");
    }
}
