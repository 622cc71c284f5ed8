/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.hamcrest.CoreMatchers.containsString;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.quickstart.cluster.Ports;
import dev.embeddingsearch.quickstart.cluster.ProcessRecord;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ControlTests {

    @Rule
    public final TemporaryFolder project = new TemporaryFolder();

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private RunFolder run;
    private Process sleeper;

    @Before
    public void createRunFolder() throws IOException {
        run = new RunFolder(project.getRoot().toPath());
        run.create();
        sleeper = new ProcessBuilder("sleep", "600").start();
    }

    @After
    public void endSleeper() {
        sleeper.destroyForcibly();
    }

    @Test
    public void testStopEndsWhatIsRecorded() throws Exception {
        record(run.openSearch());
        control("stop");
        assertTrue(sleeper.waitFor(30, TimeUnit.SECONDS));
        assertEquals("Stopped OpenSearch (process %s).\n".formatted(sleeper.pid()), output());
        assertFalse(Files.exists(run.openSearch()));
    }

    @Test
    public void testStopSparesALaterProcessOfTheSameNumber() throws Exception {
        Instant longAgo = Instant.parse("2001-01-01T00:00:00Z");
        new ProcessRecord(sleeper.pid(), longAgo, "http://127.0.0.1:1/").write(run.openSearch());
        control("stop");
        assertEquals("Nothing that ./quickstart started is running.\n", output());
        assertTrue(sleeper.isAlive());
        assertFalse(Files.exists(run.openSearch()));
    }

    @Test
    public void testStopWithoutARunFolder() throws Exception {
        run.delete();
        control("stop");
        assertEquals("Nothing that ./quickstart started is running.\n", output());
    }

    @Test
    public void testStatusTellsWhatRuns() throws Exception {
        record(run.server());
        control("status");
        assertEquals(
                "OpenSearch: not running\nEmbedding server: up at http://127.0.0.1:1/ (process %s)\n"
                        .formatted(sleeper.pid()),
                output());
    }

    @Test
    public void testStartIsRefusedWhileUp() throws Exception {
        record(run.server());
        SetupException refused = assertThrows(SetupException.class, () -> control("start"));
        assertEquals(
                "The quickstart is up already, at http://127.0.0.1:1/ (process %s). `./quickstart stop` ends it."
                        .formatted(sleeper.pid()),
                refused.getMessage());
    }

    @Test
    public void testBusyPortsAreNamedWithTheirFlag() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = busy.getLocalPort();
            assertEquals(
                    ("OpenSearch needs port [%s] and another program listens on it: end that program, or choose"
                                    + " another port with --port.")
                            .formatted(port),
                    refusal(new Options("start", port, Ports.free(), Optional.empty())));
            assertThat(
                    refusal(new Options("start", Ports.free(), port, Optional.empty())),
                    containsString("choose another port with --server-port."));
        }
    }

    @Test
    public void testModelOfTheDataStays() throws Exception {
        assertEquals("all-minilm-l6-v2", model(Optional.empty()));
        assertEquals("e5-small-v2", model(Optional.of("e5-small-v2")));
        run.write("e5-small-v2");
        assertEquals("e5-small-v2", model(Optional.empty()));
        assertEquals("e5-small-v2", model(Optional.of("e5-small-v2")));
        assertEquals(
                "The quickstart's data are embedded by [e5-small-v2], and their vectors mean nothing to"
                        + " [bge-small-en-v1.5]: run `./quickstart clean` first, which deletes them, or start with"
                        + " --model e5-small-v2.",
                refusal(new Options("start", Ports.free(), Ports.free(), Optional.of("bge-small-en-v1.5"))));
        control("clean");
        assertEquals("bge-small-en-v1.5", model(Optional.of("bge-small-en-v1.5")));
    }

    @Test
    public void testDataOfAnOlderQuickstartAreOfTheDefaultModel() throws Exception {
        Files.createDirectory(run.create().resolve("cluster"));
        assertEquals("all-minilm-l6-v2", model(Optional.empty()));
        assertThat(
                refusal(new Options("start", Ports.free(), Ports.free(), Optional.of("e5-small-v2"))),
                containsString("embedded by [all-minilm-l6-v2]"));
    }

    @Test
    public void testCleanDeletesAStoppedRunOnly() throws Exception {
        Path data = Files.writeString(run.serverFolder().resolve("data"), "x");
        record(run.openSearch());
        SetupException refused = assertThrows(SetupException.class, () -> control("clean"));
        assertThat(refused.getMessage(), containsString("run `./quickstart stop` first"));
        assertTrue(Files.exists(data));
        control("stop");
        control("clean");
        assertFalse(run.exists());
        assertTrue(project.getRoot().exists());
    }

    @Test
    public void testCleanDeletesTheFolderElsewhereIfItIsOurs() throws Exception {
        Path ours = Files.createTempDirectory("embedding-search-");
        Files.writeString(ours.resolve("data"), "x");
        Files.writeString(run.create().resolve("cluster.path"), ours.toString());
        control("clean");
        assertFalse(Files.exists(ours));
    }

    @Test
    public void testCleanBelievesNoOtherFolder() throws Exception {
        Path foreign = project.newFolder("precious").toPath();
        Files.writeString(run.create().resolve("cluster.path"), foreign.toString());
        control("clean");
        assertTrue(Files.exists(foreign));
    }

    private void record(Path pidFile) throws IOException {
        ProcessRecord.of(sleeper.toHandle(), "http://127.0.0.1:1/").write(pidFile);
    }

    private void control(String command) throws IOException {
        new Control(run, new PrintStream(printed, true, StandardCharsets.UTF_8))
                .run(new Options(command, 1, 2, Optional.empty()));
    }

    private String model(Optional<String> asked) throws IOException {
        return new Control(run, System.out).model(new Options("start", 1, 2, asked));
    }

    private String refusal(Options options) {
        Control control = new Control(run, System.out);
        return assertThrows(SetupException.class, () -> control.run(options)).getMessage();
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
