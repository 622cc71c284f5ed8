/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Looks at processes and ends them, whether this program started them or an earlier one did. */
final class Processes {

    private static final Duration AFTER_KILL = Duration.ofSeconds(10);

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
            throw new SetupException("Process [%d] does not end: is it yours?".formatted(process.pid()));
        }
    }

    // In a container without an init process nobody collects orphans: they stay in the table for ever.
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            int afterName = stat.lastIndexOf(')') + 2;
            return afterName < stat.length() && stat.charAt(afterName) == 'Z';
        } catch (IOException noSuchFile) {
            return false;
        }
    }
}
