/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.fusion.TopVectorsQuery;
import java.io.IOException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * How the nearest documents are sought.
 *
 * @param k how many are found at most, on each shard; 1 to 10,000
 * @param numCandidates how many the graph search keeps in view, {@code k} to 10,000, or null for its default
 * @param minSimilarity the least cosine (Lucene's score for other similarities), or null for no limit
 * @param exact whether every vector is compared instead of walking the graph
 */
record KnnOptions(int k, Integer numCandidates, Float minSimilarity, boolean exact)
        implements Writeable, ToXContentFragment {

    static final int DEFAULT_K = 100;
    static final int MAX_CANDIDATES = 10_000;
    static final KnnOptions DEFAULT = new KnnOptions(DEFAULT_K, null, null, false);

    KnnOptions {
        if (k < 1 || k > MAX_CANDIDATES) {
            throw new IllegalArgumentException("[k] expects 1 to " + MAX_CANDIDATES + ", got [" + k + "]");
        }
        if (numCandidates != null && (numCandidates < k || numCandidates > MAX_CANDIDATES)) {
            throw new IllegalArgumentException(
                    "[num_candidates] expects k [" + k + "] to " + MAX_CANDIDATES + ", got [" + numCandidates + "]");
        }
    }

    KnnOptions(StreamInput in) throws IOException {
        this(in.readVInt(), in.readOptionalVInt(), in.readOptionalFloat(), in.readBoolean());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVInt(k);
        out.writeOptionalVInt(numCandidates);
        out.writeOptionalFloat(minSimilarity);
        out.writeBoolean(exact);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field("k", k);
        if (numCandidates != null) {
            builder.field("num_candidates", numCandidates);
        }
        if (minSimilarity != null) {
            builder.field("min_similarity", minSimilarity);
        }
        return builder.field("exact", exact);
    }

    TopVectorsQuery.Options forShard() {
        int candidates = numCandidates == null ? Math.clamp(2L * k, DEFAULT_K, MAX_CANDIDATES) : numCandidates;
        return new TopVectorsQuery.Options(
                k, candidates, minSimilarity == null ? Double.NEGATIVE_INFINITY : minSimilarity, exact);
    }
}
