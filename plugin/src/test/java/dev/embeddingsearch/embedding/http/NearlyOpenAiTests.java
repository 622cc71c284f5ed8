/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClientTestCase;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.testkit.Call;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.core.rest.RestStatus;

/** Services that speak the API but for details. */
public class NearlyOpenAiTests extends EmbeddingClientTestCase {

    private Reply refusing(Call asked, String parameter, String body) {
        return asked.body().containsKey(parameter) ? Reply.json(randomFrom(400, 422), body) : service.vectors(asked);
    }

    public void testRefusedBase64IsNotAskedForAgain() {
        String says = randomFrom(
                "{\"error\":{\"message\":\"base64 is not supported\"}}",
                "{\"detail\":[{\"loc\":[\"body\",\"encoding_format\"],\"msg\":\"unexpected value\",\"type\":\"enum\"}]}");
        service.script(asked -> refusing(asked, "encoding_format", says));
        EmbeddingClient client = client("max_retries", "0");
        assertVector("a", 1536, embed(client, "a", "b").getFirst());
        assertEquals("with and without", 2, service.calls().size());
        assertVector("c", 1536, embed(client, "c").getFirst());
        assertEquals(3, service.calls().size());
    }

    public void testFloatsBySetting() {
        assertVector("a", 1536, embed(client("encoding_format", "float"), "a").getFirst());
        assertFalse(service.calls().getFirst().body().containsKey("encoding_format"));
    }

    public void testDimensionsOfUnknownModelsAreSentUntilRefused() {
        EmbeddingClient client = client("id", "mine", "dimensions", "100");
        assertVector("a", 100, embed(client, "a").getFirst());
        assertEquals(100, service.calls().getFirst().body().get("dimensions"));

        service.forgetCalls();
        service.script(asked -> refusing(
                asked,
                "dimensions",
                "{\"object\":\"error\",\"message\":\"mine does not support matryoshka representation\",\"code\":400}"));
        assertEquals("cut here", 100, embed(client, "a").getFirst().vector().length);
        assertEquals(2, service.calls().size());
        embed(client, "b");
        assertEquals(3, service.calls().size());
    }

    public void testServiceMayPassOverDimensions() {
        service.script(asked -> service.vectors(asked.with("dimensions", 300)));
        assertEquals(
                100,
                embed(client("id", "mine", "dimensions", "100"), "a").getFirst().vector().length);
    }

    public void testDimensionsBySetting() {
        embed(client("send_dimensions", "false"), request(256, "a"));
        assertFalse(service.calls().getLast().body().containsKey("dimensions"));
        embed(client("id", "mine", "dimensions", "100", "send_dimensions", "false"), "a");
        assertFalse(service.calls().getLast().body().containsKey("dimensions"));
        embed(client("id", "bge-m3", "dimensions", "100", "send_dimensions", "true"), "a");
        assertEquals(100, service.calls().getLast().body().get("dimensions"));

        service.script(asked -> refusing(asked, "dimensions", "{\"error\":\"unknown parameter: dimensions\"}"));
        EmbeddingException failure = failure(client("id", "mine", "dimensions", "9", "send_dimensions", "true"), "a");
        assertEquals("what the setting says is meant", RestStatus.BAD_REQUEST, failure.status());
        assertThat(failure.getMessage(), containsString("unknown parameter: dimensions"));
    }

    public void testFurtherParametersOfEachSide() {
        EmbeddingClient client = client(
                "parameters.user", "search",
                "parameters.truncate", "true",
                "parameters.input_type", "none",
                "document_parameters.input_type", "passage",
                "query_parameters.input_type", "query",
                "query_parameters.top", "3",
                "query_parameters.ratio", "0.5");
        embed(client, "a");
        Map<String, Object> body = service.calls().getLast().body();
        assertEquals(Set.of("model", "input", "encoding_format", "user", "truncate", "input_type"), body.keySet());
        assertEquals("search", body.get("user"));
        assertEquals(true, body.get("truncate"));
        assertEquals("passage", body.get("input_type"));
        embed(client, new EmbeddingRequest("default", Side.QUERY, InputType.TEXT, 0, List.of("a")));
        assertEquals("query", service.calls().getLast().body().get("input_type"));
        assertEquals(3, service.calls().getLast().body().get("top"));
        assertEquals(0.5, service.calls().getLast().body().get("ratio"));
    }

    public void testWordsOfErrorsInOtherShapes() {
        for (String body : List.of(
                "[{\"error\":{\"code\":400,\"message\":\"the reason\",\"status\":\"INVALID_ARGUMENT\"}}]",
                "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"input\",0],\"msg\":\"the reason\",\"input\":\"a text\"}]}",
                "{\"detail\":{\"message\":\"the reason\"}}",
                "{\"errors\":[\"the reason\",\"another\"]}",
                "{\"errors\":{\"message\":\"the reason\"}}",
                "{\"status\":\"error\",\"errors\":[{\"code\":7,\"message\":\"the reason\"}]}")) {
            service.script(asked -> Reply.json(400, body));
            String message = failure(client(), "some text").getMessage();
            assertThat(message, containsString(": the reason"));
            assertFalse(message, message.contains("a text"));
        }
        service.script(asked -> Reply.json(
                422, "{\"detail\":[{\"loc\":[\"body\",\"input\",0],\"msg\":\"too long\",\"type\":\"value_error\"}]}"));
        assertThat(failure(client(), "a").getMessage(), containsString("[value_error]: too long in body.input.0"));
    }

    public void testFloat64InBase64IsRead() {
        for (boolean fromFloat32 : new boolean[] {true, false}) {
            service.script(asked -> {
                List<String> entries = new ArrayList<>();
                for (String text : asked.inputs()) {
                    ByteBuffer bytes = ByteBuffer.allocate(8 * 64).order(ByteOrder.LITTLE_ENDIAN);
                    for (float value : TextVectors.of(text, 64)) {
                        bytes.putDouble(fromFloat32 ? value : value + 1e-12);
                    }
                    entries.add("{\"embedding\":\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"}");
                }
                return Reply.json(200, "{\"data\":[" + String.join(",", entries) + "]}");
            });
            for (EmbeddingClient client : List.of(
                    client("id", "mine"), client("id", "mine", "dimensions", "64", "send_dimensions", "true"))) {
                assertVector("b", 64, embed(client, "a", "b").get(1));
            }
        }
    }
}
