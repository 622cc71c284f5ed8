/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ServiceTests {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void testEarlyEndShowsTheLog() throws Exception {
        try (Service service = launch("sh", "-c", "echo the reason >&2; exit 3")) {
            int port = Ports.free();
            SetupException failed = assertThrows(SetupException.class, () -> await(service, port, 60));
            assertThat(failed.getMessage(), startsWith("A test ended while starting (exit code 3)."));
            assertThat(failed.getMessage(), containsString("the reason"));
        }
    }

    @Test
    public void testSilenceEndsAtTheLimit() throws Exception {
        try (Service service = launch("sleep", "600")) {
            int port = Ports.free();
            SetupException failed = assertThrows(SetupException.class, () -> await(service, port, 1));
            assertThat(failed.getMessage(), startsWith("A test is not ready after 1 seconds."));
            assertTrue(service.isRunning());
        }
    }

    @Test
    public void testAnswerMakesItReady() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try (Service service = launch("sleep", "600")) {
            await(service, server.getAddress().getPort(), 60);
            assertTrue(service.isRunning());
        } finally {
            server.stop(0);
        }
    }

    @Test
    public void testCloseEndsItAndMayComeTwice() throws Exception {
        Service service = launch("sleep", "600");
        service.close();
        assertFalse(Processes.isRunning(service.handle()));
        service.close();
    }

    @Test
    public void testMissingProgramIsSaid() throws Exception {
        int port = Ports.free();
        SetupException failed = assertThrows(SetupException.class, () -> launchAndAwait("/no/such/program", port));
        assertThat(failed.getMessage(), containsString("/no/such/program"));
    }

    // Whether the launch or the wait fails depends on what is installed.
    private void launchAndAwait(String program, int port) throws IOException {
        try (Service service = launch(program)) {
            await(service, port, 60);
        }
    }

    private Service launch(String... words) throws IOException {
        return Service.launch(
                "A test", List.of(words), Map.of(), folder.newFile().toPath());
    }

    private static void await(Service service, int port, int seconds) {
        service.awaitOk(URI.create("http://127.0.0.1:" + port + "/"), Duration.ofSeconds(seconds));
    }
}
