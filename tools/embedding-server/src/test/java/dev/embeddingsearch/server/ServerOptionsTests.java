/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;

public class ServerOptionsTests {

    @Test
    public void testDefaults() {
        assertEquals(new ServerOptions("all-minilm-l6-v2", "127.0.0.1", 8000, 6, false), parse());
    }

    @Test
    public void testEveryOption() {
        assertEquals(
                new ServerOptions("e5-small-v2", "0.0.0.0", 0, 3, false),
                parse("--model", "e5-small-v2", "--host", "0.0.0.0", "--port", "0", "--threads", "3"));
        assertTrue(parse("--help").help());
    }

    @Test
    public void testMistakesAreNamed() {
        assertMistake("Option [--prot] is unknown", "--prot", "1");
        assertMistake("Option [--port] expects a value", "--port");
        assertMistake("Option [--port] expects a number from 0 to 65535, got [65536]", "--port", "65536");
        assertMistake("got [99999999999999]", "--port", "99999999999999");
        assertMistake("got [-1]", "--port", "-1");
        assertMistake("Option [--threads] expects a number from 1 to 1024, got [0]", "--threads", "0");
        assertMistake("got [many]", "--threads", "many");
    }

    private static void assertMistake(String message, String... args) {
        String actual =
                assertThrows(IllegalArgumentException.class, () -> parse(args)).getMessage();
        assertTrue(actual, actual.contains(message));
    }

    private static ServerOptions parse(String... args) {
        return ServerOptions.parse(List.of(args), 6);
    }
}
