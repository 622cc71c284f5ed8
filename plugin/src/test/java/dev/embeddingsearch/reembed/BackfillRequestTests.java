/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.reembed;

import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.test.OpenSearchTestCase;

public class BackfillRequestTests extends OpenSearchTestCase {

    private static BackfillRequest.Builder randomRequest() {
        return BackfillRequest.of(generateRandomStringArray(3, 8, false, false))
                .batchSize(randomIntBetween(1, BackfillRequest.MAX_BATCH))
                .size(randomBoolean() ? BackfillRequest.ALL : randomIntBetween(1, 1000))
                .documentsPerSecond(randomBoolean() ? BackfillRequest.UNLIMITED : randomFloat() + 0.1f)
                .storeResult(randomBoolean());
    }

    public void testTravelsWhole() throws IOException {
        BackfillRequest sent = randomRequest().build();
        BytesStreamOutput out = new BytesStreamOutput();
        sent.writeTo(out);
        StreamInput in = out.bytes().streamInput();
        BackfillRequest received = new BackfillRequest(in);
        assertEquals(-1, in.read());
        assertArrayEquals(sent.indices(), received.indices());
        assertEquals(sent.extent(), received.extent());
        assertEquals(sent.getShouldStoreResult(), received.getShouldStoreResult());
        assertEquals(sent.getDescription(), received.getDescription());
    }

    public void testValid() {
        assertNull(randomRequest().build().validate());
    }

    private static void assertInvalid(String message, BackfillRequest.Builder request) {
        assertThat(request.build().validate().getMessage(), containsString(message));
    }

    public void testBounds() {
        assertInvalid(
                "[batch_size] expects 1 to 10000, got [0]", randomRequest().batchSize(0));
        assertInvalid(
                "[batch_size] expects 1 to 10000, got [10001]", randomRequest().batchSize(10_001));
        assertInvalid(
                "[size] expects at least 1, or -1 for all, got [0]",
                randomRequest().size(0));
        for (float wrong : new float[] {0, -2, Float.NaN}) {
            assertInvalid(
                    "[documents_per_second] expects more than 0, or -1 for no limit, got [" + wrong + "]",
                    randomRequest().documentsPerSecond(wrong));
        }
    }

    public void testIndicesCanBeReplacedByThoseTheCallerMaySee() {
        BackfillRequest request = randomRequest().build();
        request.indices("seen");
        assertArrayEquals(new String[] {"seen"}, request.indices());
        assertTrue(request.includeDataStreams());
        assertEquals(IndicesOptions.strictExpandOpenAndForbidClosed(), request.indicesOptions());
    }
}
