/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import dev.embeddingsearch.mapper.VectorValue;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;

/** A service that speaks the embeddings API on loopback, with vectors that follow from the texts alone. */
final class FakeEmbeddingService implements Closeable {

    private final MockWebServer server = new MockWebServer();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int status = 200;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    FakeEmbeddingService() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                calls.incrementAndGet();
                gate.await();
                if (status != 200) {
                    return new MockResponse.Builder().code(status).build();
                }
                return answer(XContentHelper.convertToMap(
                        JsonXContent.jsonXContent, request.getBody().utf8(), false));
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
    }

    String url() {
        return "http://127.0.0.1:" + server.getPort() + "/v1";
    }

    /** How many requests came so far. */
    int calls() {
        return calls.get();
    }

    /** Has every call answered with {@code code}, without vectors if it is not 200. */
    void answerWith(int code) {
        status = code;
    }

    /** Has calls wait until the latch is opened. */
    CountDownLatch hold() {
        gate = new CountDownLatch(1);
        return gate;
    }

    private static MockResponse answer(Map<String, Object> body) {
        int dimensions = (Integer) body.get("dimensions");
        StringBuilder data = new StringBuilder();
        int index = 0;
        for (Object text : (List<?>) body.get("input")) {
            data.append(index == 0 ? "" : ",")
                    .append("{\"object\":\"embedding\",\"index\":")
                    .append(index++)
                    .append(",\"embedding\":\"")
                    .append(VectorValue.encode(vector((String) text, dimensions)))
                    .append("\"}");
        }
        return new MockResponse.Builder()
                .code(200)
                .setHeader("Content-Type", "application/json")
                .body("{\"object\":\"list\",\"data\":[" + data
                        + "],\"model\":\"m\",\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}")
                .build();
    }

    /** The unit vector of a text. */
    static float[] vector(String text, int dimensions) {
        Random random = new Random(text.hashCode());
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    @Override
    public void close() {
        gate.countDown();
        server.close();
    }
}
