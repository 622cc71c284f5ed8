/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log, without stack frames and information: they push the reason out of sight. */
final class LogTail {

    private LogTail() {}

    static String of(Path file, int lines) {
        try {
            // Decoded leniently: a process that was killed may leave half a character.
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return of(text.lines().toList(), lines);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    static String of(List<String> log, int lines) {
        List<String> reasons = log.stream().filter(line -> !isNoise(line)).toList();
        List<String> shown = reasons.isEmpty() ? log : reasons;
        return String.join("\n", shown.subList(Math.max(0, shown.size() - lines), shown.size()));
    }

    private static boolean isNoise(String line) {
        String text = line.strip();
        return text.isEmpty() || text.contains("[INFO ]") || isStackFrame(text);
    }

    private static boolean isStackFrame(String text) {
        return text.startsWith("at ") || (text.startsWith("... ") && text.endsWith(" more"));
    }
}
