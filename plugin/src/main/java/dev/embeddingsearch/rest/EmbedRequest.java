/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Side;
import java.io.IOException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

/** A request for the vectors of texts. */
final class EmbedRequest extends ActionRequest {

    /** The largest number of texts, which is that of one call to a service. */
    static final int MAX_INPUTS = 2048;

    /** The largest number of dimensions, which is that of a field. */
    static final int MAX_DIMENSIONS = 16_384;

    private final EmbeddingRequest texts;
    private final boolean base64;

    /**
     * @param base64 whether to return vectors as base64 of little-endian float32 instead of numbers
     * @throws IllegalArgumentException if there are too few or too many texts, or too many dimensions
     */
    EmbedRequest(EmbeddingRequest texts, boolean base64) {
        int inputs = texts.texts().size();
        if (inputs < 1 || inputs > MAX_INPUTS) {
            throw new IllegalArgumentException("[input] expects 1 to [" + MAX_INPUTS + "] texts, got [" + inputs + "]"
                    + (inputs == 0 ? "" : ": send them in several requests"));
        }
        if (texts.dimensions() < 0 || texts.dimensions() > MAX_DIMENSIONS) {
            throw new IllegalArgumentException("[dimensions] expects a number from 1 to [" + MAX_DIMENSIONS + "], got ["
                    + texts.dimensions() + "]");
        }
        this.texts = texts;
        this.base64 = base64;
    }

    EmbedRequest(StreamInput in) throws IOException {
        super(in);
        this.texts = new EmbeddingRequest(
                in.readString(),
                in.readEnum(Side.class),
                in.readEnum(InputType.class),
                in.readVInt(),
                in.readStringList());
        this.base64 = in.readBoolean();
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(texts.model());
        out.writeEnum(texts.side());
        out.writeEnum(texts.inputType());
        out.writeVInt(texts.dimensions());
        out.writeStringCollection(texts.texts());
        out.writeBoolean(base64);
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    EmbeddingRequest texts() {
        return texts;
    }

    boolean base64() {
        return base64;
    }
}
