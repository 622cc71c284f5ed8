/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Writes documents one after another, and searches for each, until it is stopped. */
final class SingleWrites {

    private final URI node;
    private final String index;
    private final String prefix;
    private final FutureTask<List<String>> task = new FutureTask<>(this::run);
    private volatile boolean stopped;

    /**
     * @param prefix of the documents' ids
     */
    SingleWrites(URI node, String index, String prefix) {
        this.node = node;
        this.index = index;
        this.prefix = prefix;
    }

    static String text(String id) {
        return "text number " + id;
    }

    void start() {
        new Thread(task, "single writes").start();
    }

    /** The ids of the documents, each acknowledged; fails with the first error. */
    List<String> stop() throws InterruptedException, ExecutionException {
        stopped = true;
        return task.get();
    }

    private List<String> run() {
        List<String> written = new ArrayList<>();
        try (Http http = new Http(node)) {
            while (!stopped) {
                String id = prefix + "-" + written.size();
                http.put(index + "/_doc/" + id, "{\"body\": \"%s\"}".formatted(text(id)))
                        .expect(201);
                written.add(id);
                Answer found = http.search(index, """
                        {"query": {"hybrid_match": {"query": "%s", "fields": ["body"], "embedding_field": "meaning"}}}""".formatted(text(id)));
                assertEquals(
                        found.body().toString(), 0, found.at("/_shards/failed").asInt());
            }
        }
        return written;
    }
}
