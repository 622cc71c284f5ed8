/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

/** The reason of a failure in responses. */
record Reason(String type, String reason, int status) implements Writeable {

    static Reason of(Exception failure) {
        return new Reason(
                OpenSearchException.getExceptionName(failure),
                String.valueOf(failure.getMessage()),
                ExceptionsHelper.status(failure).getStatus());
    }

    Reason(StreamInput in) throws IOException {
        this(in.readString(), in.readString(), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(type);
        out.writeString(reason);
        out.writeVInt(status);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", type);
        map.put("reason", reason);
        map.put("status", status);
        return map;
    }
}
