/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The server as OpenAI's official client for JavaScript sees it. */
public class OpenAiClientIT {
    private static final List<String> FILES = List.of("package.json", "check.mjs");
    private static final Pattern UNREACHABLE = Pattern.compile(
            "npm error code (ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void testOfficialClientIsServed() throws Exception {
        assumeNpm();
        for (String file : FILES) {
            try (InputStream in = OpenAiClientIT.class.getResourceAsStream("/openai-client/" + file)) {
                Files.copy(in, folder.getRoot().toPath().resolve(file));
            }
        }
        install();
        try (ServerProcess process = new ServerProcess("--port", "0")) {
            Matcher ready = Pattern.compile("http://[^ ]+").matcher(process.firstLine());
            assertTrue(ready.find());
            run("node", "check.mjs", ready.group());
        }
    }

    private static void assumeNpm() {
        skipUnless(Stream.of("npm", "node").allMatch(OpenAiClientIT::isOnPath), "npm and node are not on the PATH");
    }

    private static void skipUnless(boolean holds, String reason) {
        if (!holds) {
            System.out.println("OpenAiClientIT is skipped: " + reason + ".");
        }
        assumeTrue(reason, holds);
    }

    /** Fetches the client. An npm that reaches no registry is no better than none; any other failure is one. */
    private void install() throws IOException, InterruptedException {
        Ended npm = end(
                "npm",
                "install",
                "--no-package-lock",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000");
        skipUnless(!UNREACHABLE.matcher(npm.output()).find(), "npm cannot reach its registry");
        npm.expectSuccess();
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    /** A program that has ended, with all that it printed. */
    private record Ended(String command, int status, String output) {

        void expectSuccess() {
            assertEquals(command + "\n" + output, 0, status);
        }
    }

    private void run(String... command) throws IOException, InterruptedException {
        end(command).expectSuccess();
    }

    private Ended end(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.getRoot())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Ended(String.join(" ", command), process.waitFor(), output);
    }
}
