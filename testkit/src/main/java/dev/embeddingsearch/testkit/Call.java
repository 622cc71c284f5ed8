/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request that the service got.
 *
 * @param target path and query
 * @param headers by their names in any case
 * @param body the JSON object
 */
public record Call(String target, Map<String, String> headers, Map<String, Object> body) {

    /** The id of the model. */
    public String model() {
        return (String) body.get("model");
    }

    /** The texts to embed. */
    public List<String> inputs() {
        return ((List<?>) body.get("input")).stream().map(String.class::cast).toList();
    }

    /** The number of dimensions, or 0 if the request does not say. */
    public int dimensions() {
        return body.get("dimensions") instanceof Integer number ? number : 0;
    }

    /** The header {@code Authorization}, or null. */
    public String authorization() {
        return headers.get("Authorization");
    }

    /** The same request with another value of a parameter. */
    public Call with(String parameter, Object value) {
        Map<String, Object> changed = new HashMap<>(body);
        changed.put(parameter, value);
        return new Call(target, headers, changed);
    }
}
