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
        run("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund");
        try (ServerProcess process = new ServerProcess("--port", "0")) {
            Matcher ready = Pattern.compile("http://[^ ]+").matcher(process.firstLine());
            assertTrue(ready.find());
            run("node", "check.mjs", ready.group());
        }
    }

    private static void assumeNpm() {
        boolean found = Stream.of("npm", "node").allMatch(OpenAiClientIT::isOnPath);
        if (!found) {
            System.out.println("OpenAiClientIT is skipped: npm and node are not on the PATH.");
        }
        assumeTrue("npm and node are not on the PATH", found);
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.getRoot())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(String.join(" ", command) + "\n" + output, 0, process.waitFor());
    }
}
