/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Looks at processes and ends them, whether this program started them or an earlier one did. */
final class Processes {

    private static final Duration AFTER_KILL = Duration.ofSeconds(10);

    // Places in /proc/<pid>/stat, counted from after the name.
    private static final int STATE = 0;
    private static final int THREADS = 17;

    private Processes() {}

    /** Whether the process runs; one that ended and was not yet collected by its parent does not. */
    static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && !isZombie(process.pid());
    }

    /** Asks the process to end and, once the time is up, ends it. */
    static void stop(ProcessHandle process, Duration grace) {
        process.destroy();
        if (!Waiting.until(grace, () -> !isRunning(process))) {
            kill(process);
        }
    }

    /** Ends the process at once, as a crash would. */
    static void kill(ProcessHandle process) {
        process.destroyForcibly();
        if (!Waiting.until(AFTER_KILL, () -> !isRunning(process))) {
            throw new SetupException("Process [%s] does not end: is it yours?".formatted(process.pid()));
        }
    }

    // In a container without an init process nobody collects orphans: they stay in the table for ever. One whose other
    // threads are still ending holds its files and ports.
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            List<String> afterName =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
            return afterName.get(STATE).equals("Z") && Integer.parseInt(afterName.get(THREADS)) <= 1;
        } catch (IOException noSuchFile) {
            return false;
        }
    }
}
