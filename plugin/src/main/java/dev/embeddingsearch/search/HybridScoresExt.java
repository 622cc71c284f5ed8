/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.io.IOException;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchExtBuilder;

/** The part {@code "ext": {"hybrid_scores": true}} of a search. */
public final class HybridScoresExt extends SearchExtBuilder {

    public static final String NAME = "hybrid_scores";

    private final boolean wanted;

    public HybridScoresExt(boolean wanted) {
        this.wanted = wanted;
    }

    public HybridScoresExt(StreamInput in) throws IOException {
        this.wanted = in.readBoolean();
    }

    public static HybridScoresExt fromXContent(XContentParser parser) throws IOException {
        if (!parser.isBooleanValue()) {
            throw new ParsingException(
                    parser.getTokenLocation(), "[" + NAME + "] expects true or false, got " + parser.currentToken());
        }
        return new HybridScoresExt(parser.booleanValue());
    }

    boolean wanted() {
        return wanted;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeBoolean(wanted);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        return builder.field(NAME, wanted);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HybridScoresExt that && wanted == that.wanted;
    }

    @Override
    public int hashCode() {
        return Boolean.hashCode(wanted);
    }
}
