/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends bulk requests one after the other until the node is gone, and knows which documents were acknowledged. */
final class BulkLoad {

    private static final int DOCUMENTS_A_REQUEST = 25;
    private static final int PATIENCE_SECONDS = 60;

    private final URI node;
    private final String index;
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final CountDownLatch enough;
    private final Thread thread = new Thread(this::run, "bulk load");

    /**
     * @param enough how many documents {@link #awaitEnough} waits for
     */
    BulkLoad(URI node, String index, int enough) {
        this.node = node;
        this.index = index;
        this.enough = new CountDownLatch(enough);
    }

    void start() {
        thread.start();
    }

    void awaitEnough() throws InterruptedException {
        assertTrue("the load came to nothing", enough.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** The ids acknowledged, once the node is gone. */
    List<String> awaitEnd() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        assertTrue("the load goes on", thread.getState() == Thread.State.TERMINATED);
        return List.copyOf(acknowledged);
    }

    static String text(String id) {
        return "text number " + id;
    }

    private void run() {
        try (Http http = new Http(node)) {
            for (int from = 0; true; from += DOCUMENTS_A_REQUEST) {
                Answer answer = http.post(index + "/_bulk", lines(from));
                answer.at("/items").forEach(this::acknowledge);
            }
        } catch (UncheckedIOException nodeIsGone) {
            // What was under way may be in the index or not; nobody was told either.
        }
    }

    private void acknowledge(JsonNode item) {
        if (item.at("/index/status").asInt() == 201) {
            acknowledged.add(item.at("/index/_id").asText());
            enough.countDown();
        }
    }

    private static String lines(int from) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < from + DOCUMENTS_A_REQUEST; i++) {
            String id = Integer.toString(i);
            lines.append("{\"index\": {\"_id\": \"%s\"}}\n{\"body\": \"%s\"}\n".formatted(id, text(id)));
        }
        return lines.toString();
    }
}
