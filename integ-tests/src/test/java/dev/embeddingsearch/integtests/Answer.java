/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the cluster answered.
 *
 * @param body its JSON, or a text node for anything else
 */
record Answer(int status, JsonNode body, List<String> warnings) {

    /** Fails, showing the answer, unless it has this status. */
    Answer expect(int expected) {
        assertEquals(body.toString(), expected, status);
        return this;
    }

    /** Fails unless the request was refused with this status and, anywhere in its reasons, these words. */
    Answer expectError(int expected, String... words) {
        expect(expected);
        String reasons = String.join("\n", body.get("error").findValuesAsText("reason"));
        for (String part : words) {
            assertThat(reasons, containsString(part));
        }
        return this;
    }

    /** Fails if an item of a bulk request failed. */
    Answer expectAllItems() {
        expect(200);
        assertEquals(body.toString(), false, body.get("errors").asBoolean());
        return this;
    }

    /** Fails unless this item of a bulk request was refused with this status and these words. */
    void expectItemError(int item, int expected, String... words) {
        JsonNode result = item(item);
        assertEquals(result.toString(), expected, result.get("status").asInt());
        String reasons = String.join("\n", result.get("error").findValuesAsText("reason"));
        for (String part : words) {
            assertThat(reasons, containsString(part));
        }
    }

    /** An item of a bulk response, whatever its action. */
    JsonNode item(int item) {
        return body.get("items").get(item).elements().next();
    }

    /** What stands at a JSON pointer. */
    JsonNode at(String pointer) {
        return body.at(pointer);
    }

    JsonNode hits() {
        return body.at("/hits/hits");
    }

    /** The ids of the hits, in order. */
    List<String> ids() {
        return hits().findValuesAsText("_id");
    }

    List<Double> scores() {
        List<Double> scores = new ArrayList<>();
        hits().forEach(hit -> scores.add(hit.get("_score").asDouble()));
        return scores;
    }

    int total() {
        return body.at("/hits/total/value").asInt();
    }
}
