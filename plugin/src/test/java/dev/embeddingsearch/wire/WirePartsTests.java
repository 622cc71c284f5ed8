/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.wire;

import java.io.IOException;
import java.util.Map;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.test.OpenSearchTestCase;

public class WirePartsTests extends OpenSearchTestCase {

    private static BytesStreamOutput written(WireParts parts) throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        parts.writeTo(out);
        return out;
    }

    public void testReadsPartsByNameWhateverTheirOrder() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        WireParts parts = new WireParts()
                .add(out, "count", part -> part.writeVInt(7))
                .add(out, "later", part -> part.writeString("unknown"))
                .add(out, "word", part -> part.writeString("seven"));
        StreamInput in = written(parts).bytes().streamInput();
        WireParts read = WireParts.read(in);
        assertEquals("seven", read.get("word", StreamInput::readString, null));
        assertEquals(7, (int) read.get("count", StreamInput::readVInt, 0));
        assertEquals("a part that is missing", 3, (int) read.get("other", StreamInput::readVInt, 3));
        assertEquals(-1, in.read());
    }

    public void testAMessageWithoutPartsEndsAsIn010() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        out.writeVInt(5);
        new WireParts().writeRest(out);
        assertEquals(1, out.size());
        StreamInput in = out.bytes().streamInput();
        assertEquals(5, (int) WireParts.skippingRest(StreamInput::readVInt).read(in));
        assertNull(WireParts.readRest(in).get("any", StreamInput::readString, null));
    }

    public void testSkipsThePartsAtTheEndOfAMessage() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        out.writeVInt(5);
        new WireParts().add(out, "later", part -> part.writeString("unknown")).writeRest(out);
        StreamInput in = out.bytes().streamInput();
        assertEquals(5, (int) WireParts.skippingRest(StreamInput::readVInt).read(in));
        assertEquals(-1, in.read());
    }

    public void testRefusesANewerVersion() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        out.writeVInt(WireParts.VERSION + 1);
        out.writeMap(Map.of(), StreamOutput::writeString, StreamOutput::writeBytesReference);
        Exception e = expectThrows(
                IllegalArgumentException.class, () -> WireParts.read(out.bytes().streamInput()));
        assertEquals(
                "expected a message of wire version [1] or older of the plugin [embedding-search], got version [2]: install"
                        + " the newer plugin on this node too",
                e.getMessage());
    }

    public void testBytes() throws IOException {
        BytesStreamOutput out = new BytesStreamOutput();
        WireParts parts = new WireParts().add(out, "ab", part -> part.writeVInt(9));
        byte[] expected = {1, 1, 2, 'a', 'b', 1, 9};
        assertArrayEquals(expected, BytesReference.toBytes(written(parts).bytes()));
    }
}
