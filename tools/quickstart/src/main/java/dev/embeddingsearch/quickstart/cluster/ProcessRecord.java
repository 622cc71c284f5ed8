/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a pid file holds: which process was started, when, and where it answers. The time tells a process from a later
 * one that was given the same number.
 */
public record ProcessRecord(long pid, Instant started, String url) {

    // The start time is computed from the boot time, which moves when the clock is set.
    private static final Duration CLOCK_SLACK = Duration.ofSeconds(2);

    /** The record of a process that is running now. */
    public static ProcessRecord of(ProcessHandle process, String url) {
        Instant started = startOf(process)
                .orElseThrow(() -> new SetupException("Process [%s] ended at once.".formatted(process.pid())));
        return new ProcessRecord(process.pid(), started, url);
    }

    /** What the file holds; nothing when there is no file, or none of ours. */
    public static Optional<ProcessRecord> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(file);
        try {
            return Optional.of(new ProcessRecord(
                    Long.parseLong(lines.get(0)), Instant.ofEpochMilli(Long.parseLong(lines.get(1))), lines.get(2)));
        } catch (NumberFormatException | IndexOutOfBoundsException notARecord) {
            return Optional.empty();
        }
    }

    public void write(Path file) throws IOException {
        Files.write(file, List.of(Long.toString(pid), Long.toString(started.toEpochMilli()), url));
    }

    /** Whether exactly this process is still running. */
    public boolean isRunning() {
        return process().isPresent();
    }

    /** Ends exactly this process; does nothing when it is gone, whoever has its number now. */
    public void stop(Duration grace) {
        process().ifPresent(process -> Processes.stop(process, grace));
    }

    private Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(Processes::isRunning).filter(this::startedWhenRecorded);
    }

    private boolean startedWhenRecorded(ProcessHandle process) {
        return startOf(process)
                .map(start -> Duration.between(start, started).abs().compareTo(CLOCK_SLACK) <= 0)
                .orElse(false);
    }

    private static Optional<Instant> startOf(ProcessHandle process) {
        return process.info().startInstant();
    }
}
