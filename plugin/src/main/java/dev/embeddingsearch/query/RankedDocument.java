/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.Ranks;
import java.io.IOException;
import java.util.Objects;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * A document that a leg found.
 *
 * @param index its index, never an alias, with the cluster in front if it is not this one
 * @param id its {@code _id}
 */
record RankedDocument(String index, String id, Ranks ranks) implements Writeable, ToXContentObject {

    static final ConstructingObjectParser<RankedDocument, Void> PARSER = new ConstructingObjectParser<>(
            "ranked_document",
            values -> new RankedDocument(
                    (String) values[0], (String) values[1], new Ranks(rank((Integer) values[2]), rank((Integer)
                            values[3]))));

    static {
        PARSER.declareString(ConstructingObjectParser.constructorArg(), new ParseField("_index"));
        PARSER.declareString(ConstructingObjectParser.constructorArg(), new ParseField("_id"));
        PARSER.declareInt(ConstructingObjectParser.optionalConstructorArg(), new ParseField("lexical_rank"));
        PARSER.declareInt(ConstructingObjectParser.optionalConstructorArg(), new ParseField("vector_rank"));
    }

    private static int rank(Integer given) {
        return given == null ? 0 : given;
    }

    RankedDocument {
        Objects.requireNonNull(index, "index");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(ranks, "ranks");
    }

    RankedDocument(StreamInput in) throws IOException {
        this(in.readString(), in.readString(), new Ranks(in.readVInt(), in.readVInt()));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(index);
        out.writeString(id);
        out.writeVInt(ranks.lexical());
        out.writeVInt(ranks.vector());
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().field("_index", index).field("_id", id);
        if (ranks.lexical() > 0) {
            builder.field("lexical_rank", ranks.lexical());
        }
        if (ranks.vector() > 0) {
            builder.field("vector_rank", ranks.vector());
        }
        return builder.endObject();
    }
}
