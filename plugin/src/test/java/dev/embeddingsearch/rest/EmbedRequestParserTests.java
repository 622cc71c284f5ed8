/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

public class EmbedRequestParserTests extends OpenSearchTestCase {

    private EmbedRequest parse(String json) throws Exception {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return EmbedRequestParser.parse(parser);
        }
    }

    private void assertRefused(String json, String words) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> parse(json));
        assertThat(e.getMessage(), containsString(words));
        assertThat(e.getMessage(), not(containsString("secret")));
    }

    public void testOneTextNeedsNothingElse() throws Exception {
        EmbedRequest request = parse("{\"input\":\"some text\"}");
        assertEquals(List.of("some text"), request.texts().texts());
        assertEquals("default", request.texts().model());
        assertEquals(Side.DOCUMENT, request.texts().side());
        assertEquals(InputType.TEXT, request.texts().inputType());
        assertEquals(0, request.texts().dimensions());
        assertFalse(request.base64());
    }

    public void testEverythingCanBeSaid() throws Exception {
        EmbedRequest request = parse("{\"model\":\"large\",\"input\":[\"a\",\"\",\"b\"],\"input_type\":\"code\","
                + "\"side\":\"query\",\"dimensions\":256,\"encoding_format\":\"base64\"}");
        assertEquals(List.of("a", "", "b"), request.texts().texts());
        assertEquals("large", request.texts().model());
        assertEquals(Side.QUERY, request.texts().side());
        assertEquals(
                "does not wait longer than a search",
                Purpose.SEARCH,
                request.texts().purpose());
        assertEquals(InputType.CODE, request.texts().inputType());
        assertEquals(256, request.texts().dimensions());
        assertTrue(request.base64());
    }

    public void testInputThatIsNone() {
        assertRefused("{}", "[input] is missing");
        assertRefused("{\"input\":[]}", "[input] expects 1 to [2048] texts, got [0]");
        assertRefused("{\"input\":null}", "[input] expects a text or a list of texts, got null");
        assertRefused("{\"input\":{\"text\":\"secret\"}}", "[input] expects a text or a list of texts, got an object");
        assertRefused("{\"input\":[\"secret\",17]}", "[input] expects texts, got a number at position [1]");
        assertRefused("{\"input\":[[1,2]]}", "[input] expects texts, got a list at position [0]");
        String many = String.join(",", Collections.nCopies(EmbedRequest.MAX_INPUTS + 1, "\"secret\""));
        assertRefused("{\"input\":[" + many + "]}", "got [2049]: send them in several requests");
    }

    public void testAsManyInputsAsTheBoundAreTaken() throws Exception {
        String most = String.join(",", Collections.nCopies(EmbedRequest.MAX_INPUTS, "\"a\""));
        assertEquals(2048, parse("{\"input\":[" + most + "]}").texts().texts().size());
    }

    public void testOptionsThatAreNone() {
        assertRefused("{\"input\":\"secret\",\"inputs\":1}", "unknown key [inputs]: expected are [model], [input]");
        assertRefused("{\"input\":\"secret\",\"model\":7}", "[model] expects the name of a model, got a number");
        assertRefused(
                "{\"input\":\"secret\",\"input_type\":\"image\"}",
                "[input_type] expects [text] or [code], got [image]");
        assertRefused("{\"input\":\"secret\",\"side\":\"left\"}", "[side] expects [document] or [query], got [left]");
        assertRefused(
                "{\"input\":\"secret\",\"encoding_format\":\"int8\"}",
                "[encoding_format] expects [float] or [base64], got [int8]");
        assertRefused("{\"input\":\"secret\",\"encoding_format\":[]}", "expects [float] or [base64], got a list");
        assertRefused("{\"input\":\"secret\",\"dimensions\":\"8\"}", "[dimensions] expects a number, got a text");
        assertRefused("{\"input\":\"secret\",\"dimensions\":0}", "[dimensions] expects a number from 1 to [16384]");
        assertRefused("{\"input\":\"secret\",\"dimensions\":-1}", "[dimensions] expects a number from 1 to [16384]");
        assertRefused("{\"input\":\"secret\",\"dimensions\":16385}", "got [16385]");
        assertRefused("[\"secret\"]", "expected a body like {\"input\": [\"some text\"]}");
    }

    public void testSurvivesTheWire() throws Exception {
        EmbedRequest request = parse("{\"model\":\"" + randomAlphaOfLength(5) + "\",\"input\":[\""
                + randomAlphaOfLength(9) + "\",\"" + randomAlphaOfLength(9) + "\"],\"input_type\":\""
                + randomFrom("text", "code") + "\",\"side\":\"" + randomFrom("document", "query") + "\",\"dimensions\":"
                + between(1, 16384) + ",\"encoding_format\":\"" + randomFrom("float", "base64") + "\"}");
        EmbedRequest copy = copyWriteable(request, new NamedWriteableRegistry(List.of()), EmbedRequest::new);
        assertEquals(request.texts(), copy.texts());
        assertEquals(request.base64(), copy.base64());
    }

    public void testTextsAreNotInWhatTasksAndLogsTell() throws Exception {
        EmbedRequest request = parse("{\"input\":[\"secret\"]}");
        TaskId parent = TaskId.EMPTY_TASK_ID;
        String told = request.texts() + " " + request.getDescription() + " "
                + request.createTask(1, "t", "a", parent, Map.of());
        assertThat(told, not(containsString("secret")));
    }
}
