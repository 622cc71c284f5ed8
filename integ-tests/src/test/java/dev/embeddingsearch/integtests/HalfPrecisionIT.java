/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embeddingsearch.testkit.Base64Vector;
import java.util.Random;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;

/**
 * An index with exact vectors in half precision beside its twin in single precision: the same hits, nearly the same
 * scores. The similarity is one whose scores do not depend on a segment's centroid.
 */
public class HalfPrecisionIT {

    @ClassRule
    public static final ScriptedNode NODE = new ScriptedNode();

    private static final int DIMENSIONS = 64;
    private static final int DOCUMENTS = 200;
    /** Of scores, and of numbers below 1. */
    private static final double ERROR = 5e-4;

    private final Http http = NODE.http();
    private final Random random = new Random(DIMENSIONS);

    @Before
    public void index() {
        create("whole", "float32");
        create("halved", "float16");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < DOCUMENTS; i++) {
            lines.append("{\"index\": {\"_id\": \"%d\"}}\n{\"v\": \"%s\"}\n".formatted(i, Base64Vector.of(vector(i))));
            if (i % 50 == 49) {
                http.bulk("whole/_bulk", lines.toString()).expectAllItems();
                http.bulk("halved/_bulk", lines.toString()).expectAllItems();
                lines.setLength(0);
            }
        }
    }

    @After
    public void delete() {
        http.delete("whole,halved").expect(200);
    }

    private void create(String index, String storage) {
        http.put(index, """
                {"settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.embedding.vectors_in_source": false},
                 "mappings": {"properties": {"v": {"type": "embedding", "dimensions": %d,
                    "similarity": "l2_norm", "index_options": {"storage": "%s"}}}}}""".formatted(DIMENSIONS, storage)).expect(200);
    }

    /** One whose cosine with the first axis falls from .99 in steps that no rounding turns round. */
    private float[] vector(int i) {
        double cosine = .99 - .004 * i;
        double[] rest = new double[DIMENSIONS];
        double squares = 0;
        for (int j = 1; j < DIMENSIONS; j++) {
            rest[j] = random.nextGaussian();
            squares += rest[j] * rest[j];
        }
        float[] vector = new float[DIMENSIONS];
        vector[0] = (float) cosine;
        for (int j = 1; j < DIMENSIONS; j++) {
            vector[j] = (float) (rest[j] * Math.sqrt((1 - cosine * cosine) / squares));
        }
        return vector;
    }

    private Answer nearest(String index) {
        float[] axis = new float[DIMENSIONS];
        axis[0] = 1;
        return http.search(index, """
                {"size": 20, "query": {"embedding": {"field": "v", "vector": "%s", "k": 20}}}""".formatted(Base64Vector.of(axis)));
    }

    private void expectTwins() {
        Answer whole = nearest("whole");
        Answer halved = nearest("halved");
        assertEquals(20, whole.hits().size());
        assertEquals(whole.ids(), halved.ids());
        for (int i = 0; i < 20; i++) {
            assertEquals(whole.scores().get(i), halved.scores().get(i), ERROR);
        }
    }

    private long vectorBytes(String index) {
        return http.get("_plugins/_embedding/stats?off_heap=true")
                .expect(200)
                .at("/total/indices/" + index + "/fields/v/off_heap/vec")
                .asLong();
    }

    @Test
    public void testSameHitsAndNearlyTheSameScoresInHalfTheBytes() {
        assertEquals(
                "float16",
                http.get("halved/_mapping")
                        .expect(200)
                        .at("/halved/mappings/properties/v/index_options/storage")
                        .asText());
        expectTwins();
        for (String index : new String[] {"whole", "halved"}) {
            http.post(index + "/_forcemerge?max_num_segments=1", null).expect(200);
            http.post(index + "/_refresh", null).expect(200);
        }
        expectTwins();
        assertEquals(DOCUMENTS * DIMENSIONS * 4L, vectorBytes("whole"));
        assertEquals(DOCUMENTS * DIMENSIONS * 2L, vectorBytes("halved"));
    }

    @Test
    public void testDocumentsKeepTheirRoundedVectors() {
        http.post("whole,halved/_flush", null).expect(200);
        float[] whole = read("whole", "7");
        float[] halved = read("halved", "7");
        assertArrayEquals(whole, halved, (float) ERROR);
        assertEquals(whole[0], halved[0], whole[0] / 2048);
        http.post("halved/_update/7?refresh=true", "{\"doc\": {\"n\": 1}}").expect(200);
        http.post("halved/_flush", null).expect(200);
        assertArrayEquals(halved, read("halved", "7"), 1e-4F);
        expectTwins();
    }

    private float[] read(String index, String id) {
        JsonNode vector = http.source(index, id).get("v");
        return Base64Vector.read(vector.asText());
    }

    @Test
    public void testNumbersTooLargeAreRefused() {
        http.put("halved/_mapping", """
                {"properties": {"w": {"type": "embedding", "dimensions": 2, "similarity": "l2_norm",
                    "index_options": {"storage": "float16"}}}}""").expect(200);
        http.put("halved/_doc/x", "{\"w\": [1, 70000]}")
                .expectError(
                        400,
                        "field [w] with [storage] [float16] expects numbers from -65504 to 65504, got [70000.0] at index"
                                + " [1]: make the field with [storage] [float32]");
    }
}
