/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs the git of this machine, with none of its user's settings. */
final class GitCommand {

    private final Path home;

    GitCommand(Path home) {
        this.home = home;
    }

    /** What it prints; a status that is none of these is an error. */
    String run(Path folder, List<Integer> statuses, String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "git", "-c", "protocol.file.allow=always", "-c", "user.name=a", "-c", "user.email=a@example.com"));
        command.addAll(List.of(arguments));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().put("HOME", home.toString());
            builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
            builder.environment().remove("XDG_CONFIG_HOME");
            Path errors = home.resolve("errors");
            Process git = builder.redirectError(errors.toFile()).start();
            try (OutputStream in = git.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!statuses.contains(git.waitFor())) {
                throw new AssertionError(command + " ended with " + git.exitValue() + ", see " + errors);
            }
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("these tests compare with git, which has to be installed", e);
        }
    }

    String run(Path folder, String... arguments) {
        return run(folder, List.of(0), "", arguments);
    }

    /**
     * Those of these paths that it ignores. What is tracked is taken from it apart: {@code check-ignore} alone takes paths for
     * patterns there, and {@code [a].py} for tracked where {@code a.py} is.
     */
    Set<String> ignored(Path top, List<String> paths) {
        String input = String.join("\0", paths);
        Set<String> ignored = split(run(top, List.of(0, 1), input, "check-ignore", "--no-index", "-z", "--stdin"));
        ignored.removeAll(split(run(top, "ls-files", "-z")));
        return ignored;
    }

    private static Set<String> split(String output) {
        return Arrays.stream(output.split("\0", -1))
                .filter(path -> !path.isEmpty())
                .collect(Collectors.toSet());
    }
}
