/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.wire;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/**
 * Parts of a message by name, of which a reader skips those that it does not know. As bytes: the version that a reader must
 * know at least and the number of parts, both vInt; of each part its name, the number of its bytes (vInt), and these.
 */
public final class WireParts {

    /** The newest version that this node reads. */
    static final int VERSION = 1;

    /** The version that a reader must know for the parts of today, all of which may be skipped. */
    private static final int REQUIRED = 1;

    private final StreamInput source;
    private final Map<String, BytesReference> parts;

    private WireParts(StreamInput source, Map<String, BytesReference> parts) {
        this.source = source;
        this.parts = parts;
    }

    /** No parts, for a writer to add some. */
    public WireParts() {
        this(null, new LinkedHashMap<>());
    }

    /**
     * Reads parts with their version.
     *
     * @throws IllegalArgumentException if the writer asks for a newer version than this node reads
     */
    public static WireParts read(StreamInput in) throws IOException {
        int version = in.readVInt();
        if (version > VERSION) {
            throw new IllegalArgumentException("expected a message of wire version [" + VERSION
                    + "] or older of the plugin [embedding-search], got version [" + version
                    + "]: install the newer plugin on this node too");
        }
        return readUnversioned(in);
    }

    /** Reads the parts at the end of a message; none where the message has ended. */
    public static WireParts readRest(StreamInput in) throws IOException {
        return in.available() > 0 ? read(in) : new WireParts();
    }

    /** Reads parts without a version in front. */
    public static WireParts readUnversioned(StreamInput in) throws IOException {
        return new WireParts(in, in.readMap(StreamInput::readString, StreamInput::readBytesReference));
    }

    /** Reads a whole message by {@code reader}, and skips the parts at its end. */
    public static <T> Writeable.Reader<T> skippingRest(Writeable.Reader<T> reader) {
        return in -> {
            T read = reader.read(in);
            readRest(in);
            return read;
        };
    }

    /** The writeable name of the form with parts of what is named {@code name} without. */
    public static String named(String name) {
        return name + ".parts";
    }

    /**
     * Adds a part.
     *
     * @param out stream that the parts will be written to
     */
    public WireParts add(StreamOutput out, String name, Writeable content) throws IOException {
        try (BytesStreamOutput part = new BytesStreamOutput()) {
            part.setVersion(out.getVersion());
            content.writeTo(part);
            parts.put(name, part.bytes());
            return this;
        }
    }

    /** The content of a part that was read, or {@code absent} where there is none of that name. */
    public <T> T get(String name, Writeable.Reader<T> reader, T absent) throws IOException {
        BytesReference bytes = parts.get(name);
        if (bytes == null) {
            return absent;
        }
        try (StreamInput part = open(bytes)) {
            part.setVersion(source.getVersion());
            return reader.read(part);
        }
    }

    private StreamInput open(BytesReference bytes) throws IOException {
        NamedWriteableRegistry registry = source.namedWriteableRegistry();
        return registry == null
                ? bytes.streamInput()
                : new NamedWriteableAwareStreamInput(bytes.streamInput(), registry);
    }

    /** Writes the parts with their version. */
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVInt(REQUIRED);
        writeUnversioned(out);
    }

    /** Writes the parts at the end of a message; nothing where there are none. */
    public void writeRest(StreamOutput out) throws IOException {
        if (!parts.isEmpty()) {
            writeTo(out);
        }
    }

    /** Writes the parts without a version in front. */
    public void writeUnversioned(StreamOutput out) throws IOException {
        out.writeMap(parts, StreamOutput::writeString, StreamOutput::writeBytesReference);
    }
}
