/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnQuery.Rescoring;
import dev.embeddingsearch.mapper.EmbeddingParameters;
import java.io.IOException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * The parameters of a search for the nearest documents.
 *
 * @param k most documents found on each shard; 1 to 10,000
 * @param numCandidates candidates of the graph search, {@code k} to 10,000, or null for the default
 * @param oversample multiple of {@code k} candidates that are compared exactly where vectors are quantized, 1 to 100, or
 *     null for the choice of the field
 * @param minSimilarity the least cosine (Lucene's score for other similarities), or null for no limit
 * @param exact whether every vector is compared instead of walking the graph
 */
record KnnOptions(int k, Integer numCandidates, Float oversample, Float minSimilarity, boolean exact)
        implements Writeable, ToXContentFragment {

    static final int DEFAULT_K = 100;
    static final int MAX_CANDIDATES = 10_000;
    /** The expected part of the true nearest among the hits, where nothing fixes how many candidates are compared exactly. */
    static final double RECALL = 0.995;

    static final KnnOptions DEFAULT = new KnnOptions(DEFAULT_K, null, null, null, false);

    KnnOptions {
        if (k < 1 || k > MAX_CANDIDATES) {
            throw new IllegalArgumentException("[k] expects 1 to " + MAX_CANDIDATES + ", got [" + k + "]");
        }
        if (numCandidates != null && (numCandidates < k || numCandidates > MAX_CANDIDATES)) {
            throw new IllegalArgumentException(
                    "[num_candidates] expects k [" + k + "] to " + MAX_CANDIDATES + ", got [" + numCandidates + "]");
        }
        EmbeddingParameters.requireOversample(oversample);
    }

    KnnOptions(StreamInput in) throws IOException {
        this(in.readVInt(), in.readOptionalVInt(), in.readOptionalFloat(), in.readOptionalFloat(), in.readBoolean());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVInt(k);
        out.writeOptionalVInt(numCandidates);
        out.writeOptionalFloat(oversample);
        out.writeOptionalFloat(minSimilarity);
        out.writeBoolean(exact);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field("k", k);
        if (numCandidates != null) {
            builder.field("num_candidates", numCandidates);
        }
        if (oversample != null) {
            builder.field("oversample", oversample);
        }
        if (minSimilarity != null) {
            builder.field("min_similarity", minSimilarity);
        }
        return builder.field("exact", exact);
    }

    /** The options for a field with these parameters. */
    KnnQuery.Options forShard(EmbeddingParameters field) {
        int first = rescored(field);
        int candidates =
                numCandidates == null ? Math.max(first, Math.clamp(2L * k, DEFAULT_K, MAX_CANDIDATES)) : numCandidates;
        return new KnnQuery.Options(
                k,
                candidates,
                rescoring(field, Math.min(first, candidates)),
                minSimilarity == null ? Double.NEGATIVE_INFINITY : minSimilarity,
                exact);
    }

    /** The number of candidates that are compared exactly. */
    private int rescored(EmbeddingParameters field) {
        return field.quantized() ? Math.min(field.rescored(k, oversample), MAX_CANDIDATES) : k;
    }

    private Rescoring rescoring(EmbeddingParameters field, int first) {
        return field.fixesRescored(oversample)
                ? Rescoring.fixed(first)
                : new Rescoring(first, numCandidates == null ? MAX_CANDIDATES : numCandidates, RECALL);
    }
}
