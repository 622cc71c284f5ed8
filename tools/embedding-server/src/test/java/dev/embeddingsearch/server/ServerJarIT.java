/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import dev.embeddingsearch.server.ApiClient.Answer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

public class ServerJarIT {

    @Test
    public void testServesAfterItsReadyLineAndPrintsNothingElse() throws Exception {
        try (ServerProcess process = new ServerProcess("--port", "0", "--threads", "1")) {
            String line = process.firstLine();
            Matcher ready = Pattern.compile("Embedding server ready at (http://127\\.0\\.0\\.1:[0-9]+/v1) "
                            + "\\(model all-minilm-l6-v2, 384 dimensions, 1 threads\\)")
                    .matcher(line);
            assertTrue(line, ready.matches());
            try (ApiClient client = new ApiClient(ready.group(1))) {
                assertEquals(200, client.get("/health").status());
                for (ServedModel model : BundledModels.ALL) {
                    Answer answer = client.embed("{\"model\":\"%s\",\"input\":\"a\"}".formatted(model.id()));
                    assertEquals(model.id(), model.dimensions(), answer.vector(0).length);
                }
            }
            assertEquals("", process.errors());
        }
    }

    @Test
    public void testModelToLoadAtOnce() throws Exception {
        try (ServerProcess process = new ServerProcess("--port", "0", "--model", "bge-small-zh-v1.5")) {
            String line = process.firstLine();
            assertTrue(line, line.contains("(model bge-small-zh-v1.5, 512 dimensions, "));
        }
        assertEndsWith(2, "The model [gpt-4] does not exist here: this server has [all-minilm", "--model", "gpt-4");
    }

    @Test
    public void testBusyPortIsOneSentence() throws Exception {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEndsWith(
                    1, "Cannot listen on [127.0.0.1:" + busy.getLocalPort() + "]", "--port", "" + busy.getLocalPort());
        }
    }

    @Test
    public void testOptionMistakesAreOneSentence() throws Exception {
        assertEndsWith(2, "Option [--prot] is unknown", "--prot");
        assertEndsWith(1, "Host [no.such.invalid] has no address", "--host", "no.such.invalid");
    }

    @Test
    public void testHelp() throws Exception {
        try (ServerProcess process = new ServerProcess("--help")) {
            assertEquals("Usage: java -jar embedding-server.jar [options]", process.firstLine());
            assertEquals(0, process.exitStatus());
        }
    }

    @Test
    public void testJarCarriesTheLicencesOfWhatIsInIt() throws Exception {
        try (JarFile jar = new JarFile(System.getProperty("server.jar"))) {
            assertNotNull(jar.getEntry("LICENSE"));
            assertNotNull(jar.getEntry("NOTICE"));
            for (String library : new String[] {
                "bge/LICENSE",
                "e5/LICENSE",
                "onnxruntime/LICENSE",
                "onnxruntime-",
                "jackson-core-",
                "slf4j-api-",
                "jna-"
            }) {
                assertTrue(
                        library,
                        jar.stream().anyMatch(entry -> entry.getName().startsWith("META-INF/licenses/" + library)));
            }
        }
    }

    private static void assertEndsWith(int status, String sentence, String... args) throws Exception {
        try (ServerProcess process = new ServerProcess(args)) {
            assertEquals(status, process.exitStatus());
            String errors = process.errors();
            assertTrue(errors, errors.startsWith("embedding-server: " + sentence));
            assertEquals(errors, 1, errors.lines().count());
        }
    }
}
