/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.CoreMatchers.not;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

public class DistributionIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Path folder;
    private static Distribution distribution;

    @BeforeClass
    public static void unpack() throws IOException {
        Account account = Account.current();
        folder = account.folder(Path.of(System.getProperty("java.io.tmpdir"), "distribution-it"));
        distribution = Distribution.unpack(Path.of(System.getProperty("distribution.zip")), folder, account);
    }

    @AfterClass
    public static void delete() throws IOException {
        Folders.delete(folder);
    }

    @Test
    public void testNodesFormAClusterAndKeepDataOverAKill() throws Exception {
        List<NodeSettings> both = NodeSettings.cluster(List.of("one", "two"));
        try (Node one = distribution.node(both.get(0));
                Node two = distribution.node(both.get(1))) {
            one.launch();
            two.launch();
            one.awaitReady();
            two.awaitReady();
            assertThat(get(one, "_cluster/health?wait_for_nodes=2"), containsString("\"number_of_nodes\":2"));
            assertThat(put(one, "kept/_doc/1?wait_for_active_shards=2", "{\"a\":1}"), containsString("\"created\""));
            two.kill();
            assertFalse(two.isRunning());
            two.start();
            assertThat(get(two, "_cluster/health?wait_for_nodes=2"), containsString("\"number_of_nodes\":2"));
            assertThat(get(two, "kept/_doc/1"), containsString("\"found\":true"));
        }
    }

    @Test
    public void testStopEndsTheProcess() throws Exception {
        ProcessHandle process;
        try (Node node = distribution.node(NodeSettings.single("stopped")).start()) {
            process = node.process();
        }
        assertFalse(Processes.isRunning(process));
    }

    @Test
    public void testFailedStartShowsTheReason() throws Exception {
        try (Node node = distribution.node(NodeSettings.single("misled").with("no.such.setting", "x"))) {
            SetupException refused = assertThrows(SetupException.class, node::start);
            assertThat(refused.getMessage(), containsString("ended while starting"));
            assertThat(refused.getMessage(), containsString("unknown setting [no.such.setting]"));
            assertFalse(node.isRunning());
        }
    }

    @Test
    public void testSecretsReachTheNode() throws Exception {
        try (Node node = distribution.node(NodeSettings.single("secretive"))) {
            node.secret("no.such.secret", "hidden");
            SetupException refused = assertThrows(SetupException.class, node::start);
            assertThat(refused.getMessage(), containsString("unknown secure setting [no.such.secret]"));
            assertThat(refused.getMessage(), not(containsString("hidden")));
        }
    }

    @Test
    public void testBrokenPluginIsRefusedWithTheCommandsWords() {
        Path notAPlugin = Path.of(System.getProperty("distribution.zip"));
        SetupException refused = assertThrows(SetupException.class, () -> distribution.install(notAPlugin));
        assertThat(refused.getMessage(), containsString("Cannot install the plugin ["));
        assertThat(refused.getMessage(), containsString("plugin-descriptor.properties"));
    }

    @Test
    public void testMissingZipIsSaid() {
        Path zip = Path.of("/no/such.zip");
        Account account = Account.current();
        SetupException refused = assertThrows(SetupException.class, () -> Distribution.unpack(zip, folder, account));
        assertEquals(
                "There is no OpenSearch distribution at [/no/such.zip]: build the project first.",
                refused.getMessage());
    }

    private static String get(Node node, String path) throws Exception {
        return send(HttpRequest.newBuilder(resolve(node, path)).build());
    }

    private static String put(Node node, String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(resolve(node, path))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body))
                .build());
    }

    private static URI resolve(Node node, String path) {
        return node.uri().resolve(path);
    }

    private static String send(HttpRequest request) throws Exception {
        return HTTP.send(request, BodyHandlers.ofString()).body();
    }
}
