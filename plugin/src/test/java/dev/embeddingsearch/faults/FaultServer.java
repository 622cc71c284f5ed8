/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocketFactory;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;

/**
 * Speaks the embeddings API on loopback: checks each request as strictly as the service does, answers vectors that follow
 * from the texts, refuses guilty texts, and otherwise fails as its plan says.
 */
public final class FaultServer implements Closeable {

    /** A text that holds this is refused for its content. */
    public static final String GUILTY = "[forbidden]";

    private final ApiRules rules;
    private final FaultPlan plan;
    private final Wire wire;
    private final Replies replies;
    private final Ledger ledger = new Ledger();
    private final Connections connections;
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final MockWebServer server = new MockWebServer();

    /**
     * How bytes travel.
     *
     * @param tls for HTTP/2 over TLS, or null for HTTP/1.1 in the clear
     * @param lives gives each connection the number of bytes it reads before it dies
     * @param longestWaitMillis what the service asks clients to wait at most
     */
    public record Wire(SSLSocketFactory tls, LongSupplier lives, int longestWaitMillis) {

        /** HTTP/1.1 on connections that live as long as nobody closes them. */
        public static Wire plain(int longestWaitMillis) {
            return new Wire(null, () -> Long.MAX_VALUE, longestWaitMillis);
        }
    }

    public FaultServer(ApiRules rules, FaultPlan plan, Wire wire) throws IOException {
        this.rules = rules;
        this.plan = plan;
        this.wire = wire;
        this.replies = new Replies(rules, wire.tls() != null, wire.longestWaitMillis());
        this.connections = new Connections(wire.lives());
        server.setServerSocketFactory(connections);
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                server.takeRequest(); // or the server would keep them all
                return answer(request);
            }
        });
        if (wire.tls() != null) {
            server.useHttps(wire.tls());
        }
        server.start(InetAddress.getLoopbackAddress(), 0);
    }

    /** The base URL of the API. */
    public String url() {
        return (wire.tls() == null ? "http://127.0.0.1:" : "https://localhost:") + server.getPort() + "/v1";
    }

    public ApiRules rules() {
        return rules;
    }

    public int requests() {
        return server.getRequestCount();
    }

    public int connections() {
        return connections.count();
    }

    /** How many connections clients hold open. Only for when no call is under way: it reads what comes. */
    public int connectionsHeldByClients() throws IOException {
        return connections.heldByClients();
    }

    /** What clients did that the API does not allow. */
    public List<String> violations() {
        return List.copyOf(violations);
    }

    /** How many requests met this fault. */
    public int count(Fault fault) {
        return ledger.count(fault);
    }

    Ledger ledger() {
        return ledger;
    }

    private MockResponse answer(RecordedRequest request) {
        EmbeddingsCall call;
        try {
            call = ApiRules.parse(request);
        } catch (IOException e) {
            return violation("We could not parse the JSON body of your request: " + e.getMessage());
        }
        Optional<String> violation = rules.violation(request, call);
        if (violation.isPresent()) {
            return violation(violation.get());
        }
        FaultPlan.Draw draw = plan.draw(request.getBody().utf8());
        Optional<String> guilty =
                call.input().stream().filter(FaultServer::isGuilty).findFirst();
        Optional<Fault> fault = draw.fault().filter(drawn -> guilty.isEmpty() || !drawn.bringsVectors());
        if (fault.isPresent()) {
            ledger.suffer(call.input(), fault.get());
            return replies.faulty(call, fault.get(), draw.random());
        }
        if (guilty.isPresent()) {
            ledger.refuse(call.input());
            return replies.refusal(guilty.get(), draw.random());
        }
        return replies.right(call, draw.random());
    }

    static boolean isGuilty(String text) {
        return text.contains(GUILTY);
    }

    private MockResponse violation(String words) {
        violations.add(words);
        return Errors.error(400, "invalid_request_error", "", words.replaceAll("[\"\\\\\\p{Cntrl}]", ""))
                .build();
    }

    @Override
    public void close() {
        server.close();
    }
}
