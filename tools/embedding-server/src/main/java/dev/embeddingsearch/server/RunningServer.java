/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The API on a port, from the moment it answers until it is closed. */
final class RunningServer implements AutoCloseable {
    /** Requests held in memory at once; more wait in the socket. Far above what the model can feed. */
    private static final int MAX_OPEN_REQUESTS = 32;

    private final HttpServer http;
    private final ExecutorService requests;
    private final EmbeddingPool pool;

    private RunningServer(HttpServer http, ExecutorService requests, EmbeddingPool pool) {
        this.http = http;
        this.requests = requests;
        this.pool = pool;
    }

    /** Takes the port, and fails at once if it is not to be had; answers come only after {@link #start}. */
    static HttpServer bind(String host, int port) throws IOException {
        // The JDK's server writes head and body apart; with Nagle's algorithm the body can wait 40 ms for an ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("Host [" + host + "] has no address: give a name or address of this machine.");
        }
        try {
            return HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "Cannot listen on [" + host + ":" + port + "]: " + e.getMessage()
                            + ". Stop what holds the port, or choose another with --port.",
                    e);
        }
    }

    static RunningServer start(HttpServer http, ModelRegistry models, int threads, PrintStream log) {
        EmbeddingPool pool = new EmbeddingPool(threads);
        ExecutorService requests = Executors.newFixedThreadPool(
                MAX_OPEN_REQUESTS, Thread.ofPlatform().name("http-", 0).daemon().factory());
        http.setExecutor(requests);
        http.createContext("/", new ApiHandler(models, pool, log));
        http.start();
        return new RunningServer(http, requests, pool);
    }

    /** The address that a client takes as its base URL. */
    String baseUrl() {
        InetSocketAddress address = http.getAddress();
        String host = address.getAddress().getHostAddress();
        String shown = address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host;
        return "http://" + shown + ":" + address.getPort() + "/v1";
    }

    @Override
    public void close() {
        http.stop(0);
        requests.close();
        pool.close();
    }
}
