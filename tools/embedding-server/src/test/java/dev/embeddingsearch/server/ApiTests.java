/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.server.ApiClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

public class ApiTests {
    /** Cannot be loaded at the first attempt. */
    private static final ServedModel LATE = new ServedModel("late-model", 8, 512, Pooling.MEAN, "none");

    private final AtomicInteger attempts = new AtomicInteger();
    private final WordModel model = new WordModel();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private RunningServer server;
    private ApiClient client;

    @Before
    public void start() throws Exception {
        ModelRegistry models = new ModelRegistry(List.of(WordModel.SERVED, LATE), served -> {
            if (served.equals(LATE) && attempts.incrementAndGet() == 1) {
                throw new IOException("scripted absence");
            }
            return model;
        });
        server = RunningServer.start(RunningServer.bind("127.0.0.1", 0), models, 2, new PrintStream(log, true, UTF_8));
        client = new ApiClient(server.baseUrl());
    }

    @After
    public void stop() {
        client.close();
        server.close();
    }

    @Test
    public void testOneString() throws Exception {
        Answer answer =
                client.embed("{'model':'word-model','input':'two words','user':'u','unheard':{}}".replace('\'', '"'));
        assertEquals(200, answer.status());
        assertEquals("list", answer.json().path("object").asText());
        assertEquals("word-model", answer.json().path("model").asText());
        assertEquals(1, answer.json().path("data").size());
        assertEquals("embedding", answer.json().at("/data/0/object").asText());
        assertArrayEquals(model.embed("two words").vector(), answer.vector(0), 0);
        assertEquals(2, answer.json().at("/usage/prompt_tokens").asInt());
        assertEquals(2, answer.json().at("/usage/total_tokens").asInt());
    }

    @Test
    public void testListKeepsOrderAndSumsTokens() throws Exception {
        Answer answer = client.embed(request("[\"a b\",\"c\",\"a b\",\"d e f\"]", ""));
        assertEquals(4, answer.json().path("data").size());
        String[] texts = {"a b", "c", "a b", "d e f"};
        for (int i = 0; i < texts.length; i++) {
            assertEquals(i, answer.json().at("/data/" + i + "/index").asInt(-1));
            assertArrayEquals(model.embed(texts[i]).vector(), answer.vector(i), 0);
        }
        assertEquals(8, answer.json().at("/usage/total_tokens").asInt());
    }

    @Test
    public void testBase64HoldsTheSameVector() throws Exception {
        Answer base64 = client.embed(request("\"text\"", ",\"encoding_format\":\"base64\""));
        assertTrue(base64.json().at("/data/0/embedding").isTextual());
        Answer floats = client.embed(request("\"text\"", ",\"encoding_format\":\"float\""));
        assertTrue(floats.json().at("/data/0/embedding").isArray());
        assertArrayEquals(floats.vector(0), base64.vector(0), 0);
    }

    @Test
    public void testDimensionsCutAndNormaliseAgain() throws Exception {
        float[] whole = model.embed("some text").vector();
        float[] cut =
                client.embed(request("\"some text\"", ",\"dimensions\":3")).vector(0);
        assertEquals(3, cut.length);
        assertEquals(1, dot(cut, cut), 1e-6);
        assertEquals(whole[1] / whole[0], cut[1] / cut[0], 1e-6);
        assertEquals(whole[2] / whole[0], cut[2] / cut[0], 1e-6);
    }

    @Test
    public void testDimensionsOutOfRange() throws Exception {
        for (String wrong : new String[] {"0", "9", "-1", "2.5", "99999999999", "\"4\"", "true"}) {
            assertRefused(400, "dimensions", "from 1 to 8", request("\"a\"", ",\"dimensions\":" + wrong));
        }
        assertEquals(8, client.embed(request("\"a\"", ",\"dimensions\":null")).vector(0).length);
    }

    @Test
    public void testEncodingFormatUnknown() throws Exception {
        assertRefused(
                400,
                "encoding_format",
                "[float] or [base64], got [int8]",
                request("\"a\"", ",\"encoding_format\":\"int8\""));
    }

    @Test
    public void testTokenArraysAreRefused() throws Exception {
        assertRefused(400, "input", "'input[0]' holds tokens", request("[1,2,3]", ""));
        assertRefused(400, "input", "'input[0]' holds tokens", request("[[1,2],[3]]", ""));
        assertRefused(400, "input", "'input[1]' holds tokens", request("[\"a\",7]", ""));
    }

    @Test
    public void testInputOfWrongKind() throws Exception {
        assertRefused(400, "input", "got nothing", "{\"model\":\"word-model\"}");
        assertRefused(400, "input", "got null", request("null", ""));
        assertRefused(400, "input", "got an object", request("{}", ""));
        assertRefused(400, "input", "'input[1]' must be a string, got null", request("[\"a\",null]", ""));
    }

    @Test
    public void testEmptyInput() throws Exception {
        assertRefused(400, "input", "'input' is an empty string", request("\"\"", ""));
        assertRefused(400, "input", "'input[1]' is an empty string", request("[\"a\",\"\"]", ""));
        assertRefused(400, "input", "1 to 2048 texts, got 0", request("[]", ""));
    }

    @Test
    public void testAtMost2048Inputs() throws Exception {
        Answer most = client.embed(request(list(2048), ""));
        assertEquals(2048, most.json().path("data").size());
        assertRefused(400, "input", "1 to 2048 texts, got 2049", request(list(2049), ""));
    }

    @Test
    public void testUnknownModel() throws Exception {
        Answer answer = assertRefused(
                404,
                "model",
                "The model [gpt-4] does not exist here: this server has [word-model, late-model].",
                "{\"model\":\"gpt-4\",\"input\":\"a\"}");
        assertEquals("model_not_found", answer.error("code"));
        assertRefused(
                400, "model", "must be a string, one of [word-model, late-model], got nothing", "{\"input\":\"a\"}");
    }

    @Test
    public void testMalformedJsonSaysWhereAndNotWhat() throws Exception {
        Answer answer = assertRefused(400, "null", "not valid JSON in UTF-8 (line 2, column ", "{\"model\":\nsecret}");
        assertFalse(answer.error("message"), answer.error("message").contains("secret"));
        assertRefused(400, "null", "not valid JSON", request("\"a\"", "") + "}");
        assertRefused(400, "null", "not valid JSON", "");
        assertRefused(400, "null", "must be a JSON object, got a list", "[]");
    }

    @Test
    public void testModels() throws Exception {
        Answer list = client.get("/v1/models");
        assertEquals(200, list.status());
        assertEquals("list", list.json().path("object").asText());
        assertEquals(List.of("word-model", "late-model"), list.json().findValuesAsText("id"));
        assertEquals(List.of("8", "8"), list.json().findValuesAsText("dimensions"));
        Answer one = client.get("/v1/models/word-model");
        assertEquals("model", one.json().path("object").asText());
        assertEquals(list.json().at("/data/0"), one.json());
        Answer none = client.get("/v1/models/other");
        assertEquals(404, none.status());
        assertEquals("model_not_found", none.error("code"));
    }

    @Test
    public void testHealth() throws Exception {
        assertEquals("ok", client.get("/health").json().path("status").asText());
    }

    @Test
    public void testWrongPathMethodAndContentType() throws Exception {
        Answer path = client.get("/v2/embeddings");
        assertEquals(404, path.status());
        assertEquals("unknown_url", path.error("code"));
        Answer method = client.get("/v1/embeddings");
        assertEquals(405, method.status());
        assertEquals("POST", method.response().headers().firstValue("Allow").orElseThrow());
        Answer type = client.send("POST", "/v1/embeddings", "text/plain", BodyPublishers.ofString("a"));
        assertEquals(415, type.status());
        assertTrue(type.error("message"), type.error("message").contains("got [text/plain]"));
        String whole = request("\"a\"", "");
        assertEquals(
                200,
                client.send("POST", "/v1/embeddings", null, BodyPublishers.ofString(whole))
                        .status());
    }

    @Test
    public void testBodyIsBounded() throws Exception {
        byte[] body = new byte[ApiHandler.MAX_BODY_BYTES + 1_000_000];
        Answer answer = client.send("POST", "/v1/embeddings", "application/json", BodyPublishers.ofByteArray(body));
        assertEquals(413, answer.status());
        assertTrue(answer.error("message"), answer.error("message").contains("send fewer texts"));
    }

    @Test
    public void testModelFailureIsLoggedAndNotShown() throws Exception {
        Answer answer = client.embed(request("[\"a\",\"" + WordModel.FAILING_TEXT + "\",\"b\"]", ""));
        assertEquals(500, answer.status());
        assertEquals("server_error", answer.error("type"));
        assertFalse(answer.error("message").contains("scripted"));
        assertTrue(log.toString(UTF_8), log.toString(UTF_8).contains("scripted failure"));
        assertEquals(200, client.embed(request("\"a\"", "")).status());
    }

    @Test
    public void testModelIsLoadedWhenFirstAskedForAndAgainAfterAFailure() throws Exception {
        assertEquals(200, client.embed(request("\"a\"", "")).status());
        assertEquals(200, client.get("/v1/models/late-model").status());
        assertEquals(0, attempts.get());
        String request = "{\"model\":\"late-model\",\"input\":\"a\"}";
        Answer refused = client.embed(request);
        assertEquals(503, refused.status());
        assertEquals("model_not_loaded", refused.error("code"));
        assertEquals("server_error", refused.error("type"));
        assertTrue(refused.error("message"), refused.error("message").startsWith("The model [late-model] cannot be"));
        assertFalse(refused.error("message").contains("scripted"));
        assertTrue(log.toString(UTF_8), log.toString(UTF_8).contains("scripted absence"));
        for (int i = 0; i < 2; i++) {
            Answer answer = client.embed(request);
            assertEquals(200, answer.status());
            assertEquals("late-model", answer.json().path("model").asText());
        }
        assertEquals(2, attempts.get());
    }

    @Test
    public void testOneConnectionServesManyRequests() throws Exception {
        URI base = URI.create(server.baseUrl());
        try (Socket socket = new Socket(base.getHost(), base.getPort())) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            for (String body : new String[] {request("\"a\"", ""), "broken", request("\"b\"", "")}) {
                out.write(("POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer any\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body)
                        .getBytes(UTF_8));
                String head = head(in);
                assertTrue(head, head.startsWith(body.equals("broken") ? "HTTP/1.1 400" : "HTTP/1.1 200"));
                in.skipNBytes(Integer.parseInt(head.replaceAll("(?is).*content-length: (\\d+).*", "$1")));
            }
        }
    }

    private static String head(InputStream in) throws Exception {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertTrue("connection closed after: " + head, next >= 0);
            head.append((char) next);
        }
        return head.toString();
    }

    private Answer assertRefused(int status, String param, String message, String json) throws Exception {
        Answer answer = client.embed(json);
        assertEquals(json, status, answer.status());
        assertEquals("invalid_request_error", answer.error("type"));
        assertEquals(param, answer.error("param"));
        assertTrue(answer.error("message"), answer.error("message").contains(message));
        return answer;
    }

    private static String request(String input, String more) {
        return "{\"model\":\"word-model\",\"input\":" + input + more + "}";
    }

    private static String list(int size) {
        return "[" + String.join(",", Collections.nCopies(size, "\"t\"")) + "]";
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
