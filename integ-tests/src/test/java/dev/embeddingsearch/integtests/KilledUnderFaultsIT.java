/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.faults.ApiRules;
import dev.embeddingsearch.faults.FaultPlan;
import dev.embeddingsearch.faults.FaultServer;
import dev.embeddingsearch.faults.FaultServer.Wire;
import dev.embeddingsearch.faults.Judge;
import dev.embeddingsearch.quickstart.cluster.Node;
import dev.embeddingsearch.quickstart.cluster.NodeSettings;
import dev.embeddingsearch.testkit.Base64Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.Test;

/** A node is killed again and again while it loads documents from a service that fails; no document is lost or mixed up. */
public class KilledUnderFaultsIT {

    private static final int DIMENSIONS = 8;
    private static final int RETRIES = 4;
    private static final int LOADS = 4;
    private static final int KILLS = 2;
    private static final int ANSWERS_BEFORE_A_KILL = 12;
    private static final int PATIENCE_SECONDS = 120;

    /** What needs no fault of a text's own. */
    private static final List<Judge.Outcome> ALSO_ALLOWED = List.of();

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

    @Test
    public void testEveryDocumentHasItsVectorOrItsReason() throws Exception {
        FaultPlan plan = FaultPlan.of(new Random().nextLong(), 0.1);
        try (FaultServer server = new FaultServer(ApiRules.small(DIMENSIONS), plan, Wire.plain(30));
                Node node = Distributions.withPlugin().node(settings(server)).start()) {
            try (Http http = new Http(node.uri())) {
                http.put("articles", """
                        {"settings": {"number_of_shards": 2, "number_of_replicas": 0}, "mappings": {"properties": {
                            "body": {"type": "text"},
                            "meaning": {"type": "embedding", "dimensions": %d, "source_fields": ["body"]}}}}
                        """.formatted(DIMENSIONS)).expect(200);
            }
            Judge judge = new Judge(server, RETRIES, true, ALSO_ALLOWED);
            List<FaultyLoad> loads = load(node, judge);
            String seen = plan + ": " + errors;
            assertTrue(seen, errors.isEmpty());
            assertEquals(seen, List.of(), server.violations());
            assertTrue(seen, loads.stream().mapToInt(FaultyLoad::unanswered).sum() > 0);
            try (Http http = new Http(node.uri())) {
                loads.forEach(load -> expectAll(http, load, judge));
            }
        }
    }

    private static NodeSettings settings(FaultServer server) throws Exception {
        return ShortLived.single("killed")
                .with("embedding.url_allowlist", List.of("http://127.0.0.1:*"))
                .with("embedding.model.default.url", server.url())
                .with("embedding.model.default.max_retries", RETRIES)
                .with("embedding.model.default.max_batch_inputs", 16)
                .with("embedding.model.default.timeout", "4s");
    }

    /** Loads from several threads, and kills the node whenever so many requests were answered. */
    private List<FaultyLoad> load(Node node, Judge judge) throws Exception {
        Semaphore answers = new Semaphore(0);
        Phaser restarts = new Phaser(1);
        List<FaultyLoad> loads = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < LOADS; i++) {
            FaultyLoad load = new FaultyLoad(node, judge, "load" + i, restarts, answers);
            loads.add(load);
            Thread thread = new Thread(load, "load " + i);
            thread.setUncaughtExceptionHandler((where, e) -> errors.add(e));
            thread.start();
            threads.add(thread);
        }
        try {
            for (int i = 0; i < KILLS; i++) {
                assertTrue(
                        "the load comes to nothing: " + errors,
                        answers.tryAcquire(ANSWERS_BEFORE_A_KILL, PATIENCE_SECONDS, TimeUnit.SECONDS));
                node.kill();
                node.start();
                restarts.arrive();
            }
        } finally {
            restarts.forceTermination(); // from now on the node stays
            for (Thread thread : threads) {
                thread.join();
            }
        }
        return loads;
    }

    private static void expectAll(Http http, FaultyLoad load, Judge judge) {
        assertEquals(load.texts().keySet(), load.acknowledged().keySet());
        List<String> ids = List.copyOf(load.texts().keySet());
        for (int from = 0; from < ids.size(); from += 500) {
            String some = String.join("\", \"", ids.subList(from, Math.min(ids.size(), from + 500)));
            http.post("articles/_mget", "{\"ids\": [\"" + some + "\"]}")
                    .expect(200)
                    .at("/docs")
                    .forEach(document -> expect(document, load, judge));
        }
    }

    /** What was reported failed may still be there, from a request that the kill left without an answer. */
    private static void expect(JsonNode document, FaultyLoad load, Judge judge) {
        String id = document.get("_id").asText();
        boolean found = document.get("found").asBoolean();
        assertTrue(
                "acknowledged, but lost: " + id, found || !load.acknowledged().get(id));
        if (found) {
            String text = load.texts().get(id);
            assertEquals(text, document.at("/_source/body").asText());
            judge.vector(text, Base64Vector.read(document.at("/_source/meaning").asText()));
        }
    }
}
