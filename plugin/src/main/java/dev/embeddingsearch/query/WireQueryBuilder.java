/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.wire.WireParts;
import java.io.IOException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.index.query.AbstractQueryBuilder;

/**
 * A query on the wire, in one of two forms: the fields that version 0.1.0 reads, or these with {@link WireParts} behind
 * them, under a writeable name of its own.
 */
abstract class WireQueryBuilder<Q extends WireQueryBuilder<Q>> extends AbstractQueryBuilder<Q> {

    private final boolean withParts;

    WireQueryBuilder() {
        this.withParts = false;
    }

    /** @param withParts whether the stream has the form with parts */
    WireQueryBuilder(StreamInput in, boolean withParts) throws IOException {
        super(in);
        this.withParts = withParts;
    }

    /** Reads the parts behind the fields, so a constructor calls it last; none in the form without. */
    final WireParts readParts(StreamInput in) throws IOException {
        return withParts ? WireParts.read(in) : new WireParts();
    }

    /** Writes what version 0.1.0 reads. */
    abstract void writeFields(StreamOutput out) throws IOException;

    @Override
    protected final void doWriteTo(StreamOutput out) throws IOException {
        writeFields(out);
        if (withParts) {
            new WireParts().writeTo(out); // this version knows no part of a query
        }
    }

    @Override
    public abstract String getName();

    /** OpenSearch requires the name that the query was read by. */
    @Override
    public final String getWriteableName() {
        return withParts ? WireParts.named(getName()) : getName();
    }
}
