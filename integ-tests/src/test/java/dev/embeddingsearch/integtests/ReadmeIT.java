/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.integtests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.ClassRule;
import org.junit.Test;

/** Runs the commands of README.md, as a reader would, one block after the other on a cluster without an index. */
public class ReadmeIT {

    @ClassRule
    public static final LocalCluster CLUSTER = new LocalCluster();

    @Test
    public void testCommandsOfTheReadmeWork() throws Exception {
        List<String> blocks = ReadmeBlocks.of(Files.readString(Path.of(System.getProperty("readme"))));
        assertFalse("README.md has no block of commands between its test comments", blocks.isEmpty());
        for (String block : blocks) {
            run(block);
        }
    }

    @Test
    public void testFailingCommandsWouldBeNoticed() {
        assertThrows(AssertionError.class, () -> run("curl -sS --fail-with-body localhost:9200/no-such-index/_search"));
        assertThrows(AssertionError.class, () -> run("false\ntrue"));
    }

    private static void run(String block) throws IOException, InterruptedException {
        String commands = block.replace(
                "localhost:9200", "127.0.0.1:" + CLUSTER.node().settings().httpPort());
        Process bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", commands)
                .redirectErrorStream(true)
                .start();
        bash.getOutputStream().close();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(commands + "\n" + output, 0, bash.waitFor());
        assertFalse(commands + "\n" + output, output.contains("\"errors\":true"));
    }

    @Test
    public void testOnlyMarkedBashBlocksAreRun() {
        String markdown = """
                ```bash
                before
                ```
                <!-- test:begin -->
                Text, then
                ```bash
                first \\
                  goes on
                ```
                ```json
                {"no": "command"}
                ```
                ```bash
                second
                ```
                <!-- test:end -->
                ```bash
                after
                ```
                """;
        assertEquals(List.of("first \\\n  goes on\n", "second\n"), ReadmeBlocks.of(markdown));
    }

    @Test
    public void testUnclosedMarksAreRefused() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> ReadmeBlocks.of("<!-- test:begin -->\n```bash\nlost\n"))
                .getMessage();
        assertTrue(message, message.contains("not closed"));
    }
}
