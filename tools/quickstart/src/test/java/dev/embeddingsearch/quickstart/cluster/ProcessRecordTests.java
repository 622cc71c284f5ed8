/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ProcessRecordTests {

    private static final Duration GRACE = Duration.ofSeconds(30);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Process sleeper;

    @Before
    public void startSleeper() throws Exception {
        sleeper = new ProcessBuilder("sleep", "600").start();
    }

    @After
    public void endSleeper() {
        sleeper.destroyForcibly();
    }

    @Test
    public void testFileKeepsTheRecord() throws Exception {
        Path file = folder.getRoot().toPath().resolve("x.pid");
        assertEquals(Optional.empty(), ProcessRecord.read(file));
        ProcessRecord record = ProcessRecord.of(sleeper.toHandle(), "http://127.0.0.1:9200/");
        record.write(file);
        assertEquals(
                Optional.of(record.started().truncatedTo(ChronoUnit.MILLIS)),
                ProcessRecord.read(file).map(ProcessRecord::started));
        assertTrue(ProcessRecord.read(file).orElseThrow().isRunning());
    }

    @Test
    public void testForeignFileIsNoRecord() throws Exception {
        Path file = folder.newFile().toPath();
        assertEquals(Optional.empty(), ProcessRecord.read(file));
        Files.writeString(file, "one\ntwo\nthree\n");
        assertEquals(Optional.empty(), ProcessRecord.read(file));
    }

    @Test
    public void testAnotherStartTimeIsAnotherProcess() throws Exception {
        Instant started = sleeper.toHandle().info().startInstant().orElseThrow();
        ProcessRecord earlier = new ProcessRecord(sleeper.pid(), started.minusSeconds(3), "");
        assertFalse(earlier.isRunning());
        earlier.stop(GRACE);
        assertTrue(sleeper.isAlive());
        assertTrue(new ProcessRecord(sleeper.pid(), started.plusSeconds(1), "").isRunning());
    }

    @Test
    public void testStopEndsAProcessThatIgnoresTheRequest() throws Exception {
        Process stubborn =
                new ProcessBuilder("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done").start();
        assertEquals("ready", stubborn.inputReader().readLine());
        ProcessRecord.of(stubborn.toHandle(), "").stop(Duration.ofMillis(300));
        assertTrue(stubborn.waitFor(30, TimeUnit.SECONDS));
    }

    @Test
    public void testEndedButUncollectedProcessIsNotRunning() throws Exception {
        // Its parent became a program that never collects a child: what is left is an entry in the table.
        Process parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 600").start();
        try {
            long child = Long.parseLong(parent.inputReader().readLine());
            assertTrue(Waiting.until(
                    GRACE,
                    () -> ProcessHandle.of(child)
                            .map(handle -> !Processes.isRunning(handle))
                            .orElse(true)));
        } finally {
            parent.destroyForcibly();
        }
    }

    @Test
    public void testRecordOfAnEndedProcessIsRefused() throws Exception {
        sleeper.destroyForcibly().waitFor();
        ProcessHandle ended = sleeper.toHandle();
        SetupException refused = assertThrows(SetupException.class, () -> ProcessRecord.of(ended, ""));
        assertEquals("Process [%s] ended at once.".formatted(ended.pid()), refused.getMessage());
    }
}
