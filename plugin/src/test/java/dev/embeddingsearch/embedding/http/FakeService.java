/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;

/** Speaks the embeddings API: a vector for each text that follows from the text alone. Records what it was asked. */
public final class FakeService extends Dispatcher {

    /** One call. */
    public record Asked(String target, Map<String, String> headers, Map<String, Object> body) {

        public List<String> input() {
            return ((List<?>) body.get("input"))
                    .stream().map(String.class::cast).toList();
        }
    }

    public final List<Asked> calls = Collections.synchronizedList(new ArrayList<>());
    public volatile Function<Asked, MockResponse> behaviour = this::vectors;
    public volatile int dimensions = 1536;
    public volatile boolean floats;

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        Map<String, Object> body = XContentHelper.convertToMap(
                JsonXContent.jsonXContent, request.getBody().utf8(), false);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.getHeaders().forEach(header -> headers.put(header.getFirst(), header.getSecond()));
        Asked asked = new Asked(request.getTarget(), headers, body);
        calls.add(asked);
        return behaviour.apply(asked);
    }

    /** Answers as it should be, the entries in any order. */
    public MockResponse vectors(Asked asked) {
        int length = asked.body().get("dimensions") instanceof Integer n ? n : dimensions;
        List<String> entries = new ArrayList<>();
        for (String text : asked.input()) {
            entries.add("{\"object\":\"embedding\",\"index\":" + entries.size() + ",\"embedding\":"
                    + json(vector(text, length)) + "}");
        }
        Collections.shuffle(entries, new Random(entries.size()));
        return json(
                200,
                "{\"object\":\"list\",\"data\":[" + String.join(",", entries)
                        + "],\"model\":\"m\",\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}");
    }

    public static MockResponse json(int status, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body(body)
                .build();
    }

    public static MockResponse error(int status, String code, String message) {
        return json(
                status,
                "{\"error\":{\"message\":\"" + message + "\",\"type\":\"t\",\"param\":null,\"code\":\"" + code
                        + "\"}}");
    }

    /** The unit vector of a text. */
    public static float[] vector(String text, int dimensions) {
        Random random = new Random(text.hashCode());
        float[] vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    private String json(float[] vector) {
        if (floats) {
            return Arrays.toString(vector);
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
    }
}
