/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.rules.ExternalResource;

/** Answers what the indexer asks of OpenSearch, from memory, and refuses what a test tells it to. */
final class FakeCluster extends ExternalResource {

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, ObjectNode> documents = new TreeMap<>();
    private final List<String> actions = new ArrayList<>();
    private final Deque<Integer> statusesOfRequests = new ArrayDeque<>();
    private final Deque<Integer> statusesOfItems = new ArrayDeque<>();
    private HttpServer server;
    private JsonNode definition;
    private boolean scrolled;

    @Override
    protected void before() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    @Override
    protected void after() {
        server.stop(0);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What the next bulk requests are answered with; afterwards they succeed. */
    synchronized void answerRequests(Integer... statuses) {
        statusesOfRequests.addAll(List.of(statuses));
    }

    /** What the next actions are answered with. */
    synchronized void answerItems(Integer... statuses) {
        statusesOfItems.addAll(List.of(statuses));
    }

    synchronized Map<String, ObjectNode> documents() {
        return new TreeMap<>(documents);
    }

    /** The names of the actions that were carried out since the last call, sorted. */
    synchronized List<String> actions() {
        List<String> taken = actions.stream().sorted().toList();
        actions.clear();
        return taken;
    }

    synchronized JsonNode definition() {
        return definition;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String call =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        ObjectNode reply = json.createObjectNode();
        int status;
        synchronized (this) {
            status = answer(call, body, reply);
        }
        byte[] bytes = reply.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private int answer(String call, String body, ObjectNode reply) throws IOException {
        switch (call) {
            case "GET /code/_mapping" -> {
                if (definition == null) {
                    return 404;
                }
                reply.putObject("code").set("mappings", definition.get("mappings"));
            }
            case "PUT /code" -> definition = json.readTree(body);
            case "PUT /code/_mapping" ->
                ((ObjectNode) definition.at("/mappings/properties"))
                        .setAll((ObjectNode) json.readTree(body).get("properties"));
            case "POST /code/_search" -> {
                scrolled = false;
                page(reply);
            }
            case "POST /_search/scroll" -> {
                scrolled = true;
                page(reply);
            }
            case "POST /code/_bulk" -> {
                Integer refused = statusesOfRequests.poll();
                if (refused != null) {
                    reply.putObject("error").put("reason", "no room");
                    return refused;
                }
                bulk(body, reply);
            }
            default -> reply.put("acknowledged", true);
        }
        return 200;
    }

    private void page(ObjectNode reply) {
        reply.put("_scroll_id", "s");
        ArrayNode hits = reply.putObject("hits").putArray("hits");
        if (!scrolled) {
            documents.forEach((id, document) -> {
                ObjectNode fields = hits.addObject().put("_id", id).putObject("fields");
                fields.putArray("path.raw").add(document.get("path"));
                if (document.has("cell")) {
                    fields.putArray("cell").add(document.get("cell"));
                }
                fields.putArray("start_line").add(document.get("start_line"));
                fields.putArray("end_line").add(document.get("end_line"));
            });
        }
    }

    private void bulk(String body, ObjectNode reply) throws IOException {
        ArrayNode items = reply.putArray("items");
        String[] lines = body.split("\n", -1);
        for (int i = 0; i < lines.length - 1; i++) {
            JsonNode head = json.readTree(lines[i]);
            String name = head.fieldNames().next();
            String id = head.at("/" + name + "/_id").asText();
            String source = name.equals("delete") ? "" : lines[++i];
            Integer refused = statusesOfItems.poll();
            ObjectNode item = items.addObject().putObject(name).put("status", refused == null ? 200 : refused);
            if (refused != null) {
                item.putObject("error").put("reason", "refused with " + refused);
            } else {
                actions.add(name);
                carryOut(name, id, source);
            }
        }
    }

    private void carryOut(String name, String id, String source) throws IOException {
        switch (name) {
            case "index" -> documents.put(id, (ObjectNode) json.readTree(source));
            case "update" ->
                documents.get(id).setAll((ObjectNode) json.readTree(source).get("doc"));
            default -> documents.remove(id);
        }
    }
}
