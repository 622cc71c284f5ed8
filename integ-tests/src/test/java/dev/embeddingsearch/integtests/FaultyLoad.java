/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embeddingsearch.faults.Judge;
import dev.embeddingsearch.faults.Texts;
import dev.embeddingsearch.quickstart.cluster.Node;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;

/**
 * Sends documents in bulk requests of random size. A request that gets no answer is sent again once the node is back; what
 * is reported failed is judged and left at that.
 */
final class FaultyLoad implements Runnable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int DOCUMENTS = 1500;

    private final Node node;
    private final Judge judge;
    private final Phaser restarts;
    private final Semaphore answers;
    private final Random random;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Boolean> acknowledged = new LinkedHashMap<>();
    private int unanswered;

    /**
     * @param name part of every id and of most texts
     * @param restarts advances each time the node has come back
     * @param answers gets a permit with each answer
     */
    FaultyLoad(Node node, Judge judge, String name, Phaser restarts, Semaphore answers) {
        this.node = node;
        this.judge = judge;
        this.restarts = restarts;
        this.answers = answers;
        this.random = new Random(name.hashCode());
        Texts documents = new Texts(name, name.hashCode());
        for (int i = 0; i < DOCUMENTS; i++) {
            texts.put(name + "-" + i, documents.next());
        }
    }

    @Override
    public void run() {
        List<String> ids = new ArrayList<>(texts.keySet());
        for (int from = 0; from < ids.size(); ) {
            int to = Math.min(ids.size(), from + 1 + random.nextInt(100));
            send(ids.subList(from, to));
            from = to;
        }
    }

    private void send(List<String> ids) {
        while (true) {
            int phase = restarts.getPhase();
            try (Http http = new Http(node.uri())) {
                Answer answer = http.post("articles/_bulk", lines(ids)).expect(200);
                answer.at("/items").forEach(this::check);
                answers.release();
                return;
            } catch (UncheckedIOException gone) {
                if (phase < 0) {
                    throw gone; // nobody kills the node any more
                }
                unanswered++;
                restarts.awaitAdvance(phase);
            }
        }
    }

    private String lines(List<String> ids) {
        StringBuilder lines = new StringBuilder();
        for (String id : ids) {
            lines.append("{\"index\": {\"_id\": \"").append(id).append("\"}}\n");
            lines.append(JSON.createObjectNode().put("body", texts.get(id))).append('\n');
        }
        return lines.toString();
    }

    private void check(JsonNode item) {
        String id = item.at("/index/_id").asText();
        int status = item.at("/index/status").asInt();
        acknowledged.put(id, status < 300);
        if (status >= 300) {
            judge.failure(texts.get(id), status, item.at("/index/error").toString());
        }
    }

    /** The text of each document. */
    Map<String, String> texts() {
        return texts;
    }

    /** Of each document whether it was taken in, or reported failed. */
    Map<String, Boolean> acknowledged() {
        return acknowledged;
    }

    /** How many requests were sent again for want of an answer. */
    int unanswered() {
        return unanswered;
    }
}
