/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.hamcrest.CoreMatchers.startsWith;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import dev.embeddingsearch.quickstart.cluster.LocalServer;
import dev.embeddingsearch.quickstart.cluster.SetupException;
import java.util.Map;
import java.util.Optional;
import org.junit.Test;

public class OptionsTests {

    @Test
    public void testDefaults() {
        assertEquals(new Options("start", 9200, 8000, Optional.empty()), parse(Map.of()));
    }

    @Test
    public void testEnvironmentGivesWayToFlags() {
        Map<String, String> environment = Map.of("QUICKSTART_PORT", "1", "QUICKSTART_SERVER_PORT", "2");
        assertEquals(new Options("start", 1, 2, Optional.empty()), parse(environment));
        assertEquals(new Options("start", 3, 2, Optional.empty()), parse(environment, "start", "--port", "3"));
        assertEquals(
                new Options("stop", 1, 65535, Optional.empty()), parse(environment, "--server-port", "65535", "stop"));
        assertEquals(new Options("start", 1, 2, Optional.empty()), parse(environment, "--opensearch", "3.6.0"));
    }

    @Test
    public void testModels() {
        for (String model : LocalServer.MODELS) {
            assertEquals(Optional.of(model), parse(Map.of(), "--model", model).model());
        }
    }

    @Test
    public void testHelp() {
        assertEquals("help", parse(Map.of(), "--help").command());
        assertEquals("help", parse(Map.of(), "-h").command());
    }

    @Test
    public void testWrongArgumentsAreNamed() {
        assertThat(refusal("--prot", "1"), startsWith("Unknown argument [--prot].\nUsage: ./quickstart"));
        assertEquals("A value is expected after [--port].", refusal("--port"));
        assertEquals(
                "A version of OpenSearch from 3.6.0 to 3.8 is expected, not [3.5.0].",
                refusal("--opensearch", "3.5.0"));
        assertEquals(
                "A model is one of [all-minilm-l6-v2, bge-small-en-v1.5, e5-small-v2, bge-small-zh-v1.5], not [bge].",
                refusal("--model", "bge"));
        assertEquals("A port is a number from 1 to 65535, not [0].", refusal("--port", "0"));
        assertEquals("A port is a number from 1 to 65535, not [65536].", refusal("--port", "65536"));
        assertEquals("A port is a number from 1 to 65535, not [-1].", refusal("--server-port", "-1"));
        assertEquals("A port is a number from 1 to 65535, not [99999999999].", refusal("--port", "99999999999"));
        assertEquals("OpenSearch and the embedding server cannot share port [8000].", refusal("--port", "8000"));
    }

    private static Options parse(Map<String, String> environment, String... arguments) {
        return Options.parse(arguments, environment);
    }

    private static String refusal(String... arguments) {
        return assertThrows(SetupException.class, () -> Options.parse(arguments, Map.of()))
                .getMessage();
    }
}
