/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.RankFusion;
import java.io.IOException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * How {@code hybrid_match} makes one score of its legs.
 *
 * @param vectorWeight weight of the vector leg, 0 to 1; the lexical leg has the rest
 * @param rankConstant constant of the fusion of ranks, at least 1; null where the legs' scores are fused
 */
record FusionOptions(float vectorWeight, Integer rankConstant) implements Writeable, ToXContentFragment {

    static final String SCORE = "score";
    static final String RRF = "rrf";
    static final int DEFAULT_RANK_CONSTANT = 60;
    /** Default of {@code vector_weight} for ranks: both legs weigh the same, as in other systems. */
    static final float DEFAULT_RANK_WEIGHT = 0.5f;

    FusionOptions {
        new RankFusion(vectorWeight, rankConstant == null ? DEFAULT_RANK_CONSTANT : rankConstant); // checks both
    }

    FusionOptions(StreamInput in) throws IOException {
        this(in.readFloat(), in.readOptionalVInt());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeFloat(vectorWeight);
        out.writeOptionalVInt(rankConstant);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field("fusion", ranks() ? RRF : SCORE);
        if (ranks()) {
            builder.field("rank_constant", rankConstant);
        }
        return builder.field("vector_weight", vectorWeight);
    }

    /** The vector leg's weight as a decimal: the lexical leg gets 0.33 beside 0.67, not 0.32999998. */
    double decimalWeight() {
        return Double.parseDouble(Float.toString(vectorWeight));
    }

    /** Whether ranks are fused, not scores. */
    boolean ranks() {
        return rankConstant != null;
    }
}
