/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.wire;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.opensearch.Version;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteable;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/** What version 0.1.0 wrote, recorded by its own classes on OpenSearch 3.6.0, in {@code wire/0.1.0/<name>.hex}. */
public final class RecordedBytes {

    private static final Version OPENSEARCH = Version.V_3_6_0;

    private RecordedBytes() {}

    public static BytesReference of(String name) throws IOException {
        try (InputStream file = RecordedBytes.class.getResourceAsStream("/wire/0.1.0/" + name + ".hex")) {
            String hex = new String(file.readAllBytes(), StandardCharsets.US_ASCII);
            return new BytesArray(HexFormat.of().parseHex(hex.strip()));
        }
    }

    /** A stream as a node of 0.1.0 sends it. */
    public static StreamInput in(BytesReference bytes, NamedWriteableRegistry registry) throws IOException {
        StreamInput in = new NamedWriteableAwareStreamInput(bytes.streamInput(), registry);
        in.setVersion(OPENSEARCH);
        return in;
    }

    /** Reads a recorded message whole. */
    public static <T> T read(String name, Writeable.Reader<T> reader) throws IOException {
        return readWhole(of(name), new NamedWriteableRegistry(List.of()), reader);
    }

    public static <T> T readWhole(BytesReference bytes, NamedWriteableRegistry registry, Writeable.Reader<T> reader)
            throws IOException {
        try (StreamInput in = in(bytes, registry)) {
            T read = reader.read(in);
            assertEquals("bytes left over", 0, in.available());
            return read;
        }
    }

    /** The bytes of an object, written for a node of 0.1.0; with its name if it has one. */
    public static BytesReference written(Writeable object) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.setVersion(OPENSEARCH);
            write(out, object);
            return out.bytes();
        }
    }

    private static void write(StreamOutput out, Writeable object) throws IOException {
        if (object instanceof NamedWriteable named) {
            out.writeNamedWriteable(named);
        } else {
            object.writeTo(out);
        }
    }

    /** The bytes of an object in its form with parts, of which this version knows none. */
    public static BytesReference withUnknownPart(Writeable object) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.setVersion(OPENSEARCH);
            if (object instanceof NamedWriteable named) {
                out.writeString(WireParts.named(named.getWriteableName()));
            }
            object.writeTo(out);
            new WireParts()
                    .add(out, "a later part", part -> part.writeString("skipped"))
                    .writeTo(out);
            return out.bytes();
        }
    }
}
