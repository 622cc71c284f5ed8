/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/** HTTP only: finds the call that a request means, bounds its body, and turns refusals into statuses. */
final class ApiHandler implements HttpHandler {
    static final int MAX_BODY_BYTES = 32 << 20;
    private static final String MODEL_PATH = "/v1/models/";

    private final ModelRegistry models;
    private final EmbeddingPool pool;
    private final PrintStream log;

    ApiHandler(ModelRegistry models, EmbeddingPool pool, PrintStream log) {
        this.models = models;
        this.pool = pool;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                send(exchange, 200, call(exchange));
            } catch (ApiException e) {
                send(exchange, e.status(), Replies.error(e));
            } catch (RuntimeException e) {
                e.printStackTrace(log);
                send(
                        exchange,
                        500,
                        Replies.error(new ApiException(500, null, null, "The server failed; its log has the cause.")));
            }
        }
    }

    private byte[] call(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        return switch (path) {
            case "/v1/embeddings" -> embeddings(exchange);
            case "/v1/models" -> {
                require("GET", exchange);
                yield Replies.models(models.models());
            }
            case "/health" -> {
                require("GET", exchange);
                yield Replies.health();
            }
            default -> {
                if (!path.startsWith(MODEL_PATH)) {
                    throw new ApiException(404, null, "unknown_url", "There is nothing at [" + path + "].");
                }
                require("GET", exchange);
                yield Replies.model(models.find(path.substring(MODEL_PATH.length())));
            }
        };
    }

    private byte[] embeddings(HttpExchange exchange) throws IOException {
        require("POST", exchange);
        EmbeddingsRequest request = EmbeddingsRequest.parse(body(exchange), models);
        return Replies.embeddings(request, pool.embed(load(request.model()), request.inputs()));
    }

    /** On the request's own thread: those that embed go on meanwhile with texts for other models. */
    private EmbeddingModel load(ServedModel model) {
        try {
            return models.load(model);
        } catch (CompletionException e) {
            e.getCause().printStackTrace(log);
            throw new ApiException(
                    503,
                    null,
                    "model_not_loaded",
                    "The model [" + model.id() + "] cannot be loaded; the server's log has the cause. The next request"
                            + " tries again.");
        }
    }

    private static void require(String method, HttpExchange exchange) {
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            String path = exchange.getRequestURI().getPath();
            throw new ApiException(
                    405,
                    null,
                    "method_not_supported",
                    "[" + path + "] takes " + method + ", got [" + exchange.getRequestMethod() + "].");
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null && !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new ApiException(415, null, null, "Content-Type must be [application/json], got [" + type + "].");
        }
        InputStream in = exchange.getRequestBody();
        byte[] body = in.readNBytes(MAX_BODY_BYTES);
        if (in.read() < 0) {
            return body;
        }
        // A client hears the answer only after it has sent all: without this it would see a broken connection.
        in.transferTo(OutputStream.nullOutputStream());
        throw new ApiException(
                413,
                null,
                null,
                "The request body is larger than " + MAX_BODY_BYTES + " bytes: send fewer texts at once.");
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().close();
    }
}
