/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What the service sends.
 *
 * @param delay the time from the request to the reply
 */
public record Reply(int status, Map<String, String> headers, String body, Duration delay) {

    /** No reply while the service is open. */
    public static final Reply NEVER = json(200, "{}").after(Duration.ofDays(1));

    /** A body of type JSON. */
    public static Reply json(int status, String body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), body, Duration.ZERO);
    }

    /** An error as OpenAI writes it. */
    public static Reply error(int status, String code, String message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", "error")
                .putNull("param")
                .put("code", code);
        return json(status, body.toString());
    }

    /** The vectors of the inputs in base64. */
    public static Reply vectors(List<float[]> vectors) {
        return embeddings(vectors.stream().map(Base64Vector::of).toList());
    }

    /** The vectors of the inputs, each as a string or an array; the entries are in any order, {@code index} says which. */
    public static Reply embeddings(List<?> embeddings) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, embeddings.size()).boxed().toList());
        Collections.shuffle(order, new Random(order.size()));
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        for (int i : order) {
            data.addObject().put("object", "embedding").put("index", i).putPOJO("embedding", embeddings.get(i));
        }
        body.put("model", "m").putObject("usage").put("prompt_tokens", 1).put("total_tokens", 1);
        return json(200, body.toString());
    }

    /** The same with one more header. */
    public Reply with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, body, delay);
    }

    /** The same at this time after the request. */
    public Reply after(Duration time) {
        return new Reply(status, headers, body, time);
    }
}
