/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.embedding.VectorShape;
import dev.embeddingsearch.testkit.Base64Vector;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.opensearch.test.OpenSearchTestCase;

public class ReplyParserTests extends OpenSearchTestCase {

    private static final VectorShape ANY = new VectorShape(0, 0, 0);

    public void testBase64OfEveryLengthIsExact() throws Exception {
        for (int length = 1; length < 40; length++) {
            float[] vector = TextVectors.of("v" + length, length);
            assertArrayEquals(vector, parse(entries(base64(vector)), ANY, 1)[0], 0);
        }
        float[] large = TextVectors.of("large", 12_288);
        assertArrayEquals(large, parse(entries(base64(large)), new VectorShape(0, 12_288, 12_288), 1)[0], 0);
    }

    public void testFloatsInAnySpelling() throws Exception {
        assertArrayEquals(new float[] {.6f, -.8f}, parse(entries("[6e-1, -0.8]"), ANY, 1)[0], 0);
        assertArrayEquals(new float[] {1, 0}, parse(entries("[1, 0]"), ANY, 1)[0], 0);
    }

    public void testUnitVectorsAreLeftAsTheyAreAndOthersScaled() throws Exception {
        assertArrayEquals(new float[] {.6f, .8f}, parse(entries("[3, 4]"), ANY, 1)[0], 1e-7f);
    }

    public void testIndexMayComeLastAndUnknownFieldsAreSkipped() throws Exception {
        float[][] vectors = parse(
                "{\"id\":{\"a\":[1,{}]},\"data\":[{\"embedding\":[0,1],\"x\":[[]],\"index\":1},"
                        + "{\"embedding\":[1,0],\"index\":0}],\"error\":null}",
                ANY,
                2);
        assertEquals(1, vectors[0][0], 0);
        assertEquals(1, vectors[1][1], 0);
    }

    public void testWhatDoesNotAddUp() {
        assertBad(entries("[0, 0]"), "vector of zeros");
        assertBad(entries(base64(new float[] {1, Float.NaN})), "no finite number");
        assertBad(entries(base64(new float[] {1, Float.POSITIVE_INFINITY})), "no finite number");
        assertBad(entries("[1e999, 0]"), "no finite number");
        assertBad(entries("[NaN, 0]"), "no finite number");
        assertBad(entries("[\"1\"]"), "expected numbers");
        assertBad(entries("[]"), "a vector without dimensions");
        assertBad(entries("\"AAAA\""), "bytes more");
        assertBad(entries("\"@@@\""), "expected base64");
        assertBad(entries("null"), "an array or base64");
        assertBad("{\"data\":[{\"index\":0}]}", "an [embedding] in each entry");
        assertBad("{\"data\":[{\"index\":1,\"embedding\":[1]}]}", "got [1]");
        assertBad("{\"data\":[{\"index\":-1,\"embedding\":[1]}]}", "got [-1]");
        assertBad("{\"data\":[{\"index\":\"0\",\"embedding\":[1]}]}", "a whole number");
        assertBad("{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}", "got [0] again");
        assertBad("{\"data\":[]}", "expected [1] vectors, got [0]");
        assertBad("{\"data\":{}}", "an array in [data]");
        assertBad("{\"data\":[1]}", "objects in [data]");
        assertBad("{}", "got one without");
        assertBad("[]", "an object");
        assertBad(entries("[1]") + "{}", "end after its object");
        assertBad(entries("[1]") + "]", "expected JSON");
    }

    public void testEntryWithoutAVectorLeavesTheOthers() throws Exception {
        for (String bad : List.of(
                "{\"index\":1,\"embedding\":null}",
                "{\"index\":1,\"embedding\":[]}",
                "{\"index\":1,\"embedding\":[null,{},[1]]}",
                "{\"index\":1,\"embedding\":[NaN,1]}",
                "{\"index\":1,\"embedding\":[0,0]}",
                "{\"index\":1,\"embedding\":{}}",
                "{\"index\":1}")) {
            ReplyParser parser = new ReplyParser(ReplyParser.jsonFactory(), ANY, 3);
            float[][] vectors = parse(
                    parser,
                    bytes("{\"data\":[{\"index\":2,\"embedding\":[0,1]}," + bad
                            + ",{\"index\":0,\"embedding\":[1,0]}]}"));
            assertArrayEquals(new float[] {1, 0}, vectors[0], 0);
            assertNull(bad, vectors[1]);
            assertArrayEquals(new float[] {0, 1}, vectors[2], 0);
            assertTrue(bad, parser.missing().isPresent());
        }
        ReplyParser parser = new ReplyParser(ReplyParser.jsonFactory(), ANY, 2);
        assertNull(parse(parser, bytes("{\"data\":[{\"index\":1,\"embedding\":[0,1]}]}"))[0]);
        assertEquals(
                "expected [2] vectors, got [1]", parser.missing().orElseThrow().getMessage());
    }

    public void testOrderIsMeantWhereIndicesAreLeftOut() throws Exception {
        float[][] vectors = parse("{\"data\":[{\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", ANY, 2);
        assertEquals(1, vectors[0][0], 0);
        assertEquals(1, vectors[1][1], 0);
        vectors = parse(
                "{\"data\":[{\"index\":1,\"embedding\":[0,1]},{\"embedding\":[1,0]},{\"index\":2,\"embedding\":[-1,0]}]}",
                ANY,
                3);
        assertEquals("0 is left out", 1, vectors[0][0], 0);
        assertEquals(1, vectors[1][1], 0);
        assertBad(
                "{\"data\":[{\"embedding\":[1]},{\"index\":2,\"embedding\":[1]},{\"embedding\":[1]}]}",
                3,
                "expected an [index] in all entries or none, got [2] of [3] without");
        assertBad("{\"data\":[{\"embedding\":[1]}]}", 2, "expected [2] vectors, got [1]");
        assertBad("{\"data\":[{\"embedding\":[1]},{\"embedding\":[1]}]}", 1, "expected [1] vectors, got [2]");
    }

    public void testErrorInPlaceOfVectors() {
        for (String error : List.of(
                "{\"object\":\"error\",\"message\":\"the reason\",\"type\":\"T\",\"code\":\"c\"}",
                "{\"code\":\"c\",\"message\":\"the reason\"}",
                "{\"error\":{\"message\":\"the reason\",\"code\":\"c\"}}",
                "{\"errors\":[{\"message\":\"the reason\",\"code\":\"c\"}]}",
                "{\"detail\":[{\"msg\":\"the reason\",\"type\":\"c\"}]}")) {
            ServiceErrorException e = assertThrows(error, ServiceErrorException.class, () -> parse(error, ANY, 1));
            assertEquals(error, new ServiceError("the reason", "c"), e.error());
        }
    }

    public void testReplyThatEndsInTheMiddleIsALostConnection() {
        String reply = entries(randomBoolean() ? "[0.6,0.8]" : base64(new float[] {.6f, .8f}));
        for (int end = 1; end < reply.length(); end++) {
            assertCut(reply.substring(0, end), 1);
        }
    }

    /** The first digit of an index is another entry's index. */
    public void testIndexThatIsCutBetweenItsDigits() {
        String first = IntStream.range(0, 10)
                .mapToObj(i -> "{\"index\":" + i + ",\"embedding\":[1]}")
                .collect(Collectors.joining(","));
        String reply = "{\"data\":[" + first + ",{\"embedding\":[1],\"index\":10}]}";
        for (int end = 1; end < reply.length(); end++) {
            assertCut(reply.substring(0, end), 11);
        }
    }

    private static void assertCut(String half, int inputs) {
        Exception e = assertThrows(half, EOFException.class, () -> parse(half, ANY, inputs));
        assertEquals("the reply ends in the middle", e.getMessage());
    }

    public void testEndlessReplyIsCutOff() {
        InputStream endless = new InputStream() {
            private boolean started;

            @Override
            public int read() {
                throw new AssertionError("read in blocks");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                Arrays.fill(bytes, offset, offset + length, (byte) ' ');
                if (!started) {
                    bytes[offset] = '{';
                    started = true;
                }
                return length;
            }
        };
        ReplyParser parser = new ReplyParser(ReplyParser.jsonFactory(), new VectorShape(0, 4, 4), 1);
        Exception e = assertThrows(BadReplyException.class, () -> parse(parser, endless));
        assertTrue(e.getMessage(), e.getMessage().contains("expected a reply of at most"));
    }

    public void testNestingHasABound() {
        for (String field : List.of("other", "usage", "error")) {
            String open = "{\"" + field + "\":";
            assertBad(open.repeat(5000) + "1" + "}".repeat(5000), "expected JSON");
        }
        assertBad("{\"data\":" + "[".repeat(5000) + "]".repeat(5000) + "}", "objects in [data]");
    }

    public void testNumbersHaveABound() throws Exception {
        String digits = "9".repeat(5000);
        assertBad("{\"data\":[{\"index\":99999999999,\"embedding\":[1]}]}", "expected JSON");
        assertBad("{\"data\":[{\"index\":" + digits + ",\"embedding\":[1]}]}", "expected JSON");
        assertBad(entries("[" + digits + "]"), "expected JSON");
        assertBad(entries("[1e999]"), "no finite number");
        for (String tokens : List.of("1e999", "9223372036854775807", "9".repeat(40), "-" + "9".repeat(40))) {
            String usage = "{\"usage\":{\"total_tokens\":" + tokens + "},\"data\":[{\"index\":0,\"embedding\":[1]}]}";
            assertArrayEquals(new float[] {1}, parse(usage, ANY, 1)[0], 0);
        }
    }

    public void testEndlessVectorIsCutOff() {
        assertBad(entries("[" + "1,".repeat(VectorBuffer.MAX_DIMENSIONS) + "1]"), "more than [65536] dimensions");
    }

    private static void assertBad(String reply, String words) {
        assertBad(reply, 1, words);
    }

    private static void assertBad(String reply, int inputs, String words) {
        Exception e = assertThrows(reply, BadReplyException.class, () -> parse(reply, ANY, inputs));
        assertTrue(e.getMessage(), e.getMessage().contains(words));
    }

    private static float[][] parse(String reply, VectorShape shape, int inputs) throws Exception {
        return parse(new ReplyParser(ReplyParser.jsonFactory(), shape, inputs), bytes(reply));
    }

    private static float[][] parse(ReplyParser parser, InputStream reply) throws Exception {
        return parser.parse(new BoundedInputStream(reply, parser.maxBytes()));
    }

    private static InputStream bytes(String reply) {
        return new ByteArrayInputStream(reply.getBytes(StandardCharsets.UTF_8));
    }

    private static String entries(String embedding) {
        return "{\"data\":[{\"index\":0,\"embedding\":" + embedding + "}]}";
    }

    private static String base64(float[] vector) {
        return "\"" + Base64Vector.of(vector) + "\"";
    }
}
