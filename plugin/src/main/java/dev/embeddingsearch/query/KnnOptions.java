/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnQuery.Rescoring;
import dev.embeddingsearch.mapper.EmbeddingParameters;
import java.io.IOException;
import java.util.Objects;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

/**
 * The parameters of a search for the nearest documents.
 *
 * <p>Two that differ only in whether the default of {@code k} was given are equal: to a shard, and on the wire, they are one.
 *
 * @param k most documents found on each shard, 1 to 10,000, or null for the default
 * @param numCandidates candidates of the graph search, {@code k} to 10,000, or null for the default
 * @param oversample multiple of {@code k} candidates that are compared exactly where vectors are quantized, 1 to 100, or
 *     null for the choice of the field
 * @param minSimilarity the least cosine (Lucene's score for other similarities), or null for no limit
 * @param exact whether every vector is compared instead of walking the graph
 */
record KnnOptions(Integer k, Integer numCandidates, Float oversample, Float minSimilarity, boolean exact)
        implements Writeable, ToXContentFragment {

    static final int DEFAULT_K = 100;
    static final int MAX_CANDIDATES = 10_000;
    /** The expected part of the true nearest among the hits, where nothing fixes how many candidates are compared exactly. */
    static final double RECALL = 0.995;

    static final KnnOptions DEFAULT = new KnnOptions(null, null, null, null, false);

    KnnOptions {
        int most = k == null ? DEFAULT_K : k;
        if (most < 1 || most > MAX_CANDIDATES) {
            throw new IllegalArgumentException("[k] expects 1 to " + MAX_CANDIDATES + ", got [" + k + "]");
        }
        if (numCandidates != null && (numCandidates < most || numCandidates > MAX_CANDIDATES)) {
            throw new IllegalArgumentException(
                    "[num_candidates] expects k [" + most + "] to " + MAX_CANDIDATES + ", got [" + numCandidates + "]");
        }
        EmbeddingParameters.requireOversample(oversample);
    }

    KnnOptions(StreamInput in) throws IOException {
        this(in.readVInt(), in.readOptionalVInt(), in.readOptionalFloat(), in.readOptionalFloat(), in.readBoolean());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVInt(most());
        out.writeOptionalVInt(numCandidates);
        out.writeOptionalFloat(oversample);
        out.writeOptionalFloat(minSimilarity);
        out.writeBoolean(exact);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        if (k != null) {
            builder.field("k", k);
        }
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

    /** Most documents found on each shard. */
    int most() {
        return k == null ? DEFAULT_K : k;
    }

    /** How many documents of a list are fused by rank, where {@code wanted} are if {@code k} is not given. */
    int depth(int wanted) {
        return k != null ? k : Math.min(wanted, numCandidates == null ? MAX_CANDIDATES : numCandidates);
    }

    /** These with a {@code k} where it is not given. */
    KnnOptions orElse(int depth) {
        return k != null ? this : new KnnOptions(depth, numCandidates, oversample, minSimilarity, exact);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KnnOptions options
                && most() == options.most()
                && exact == options.exact
                && Objects.equals(numCandidates, options.numCandidates)
                && Objects.equals(oversample, options.oversample)
                && Objects.equals(minSimilarity, options.minSimilarity);
    }

    @Override
    public int hashCode() {
        return Objects.hash(most(), numCandidates, oversample, minSimilarity, exact);
    }

    /** The options for a field with these parameters. */
    KnnQuery.Options forShard(EmbeddingParameters field) {
        int first = rescored(field);
        int candidates = numCandidates == null
                ? Math.max(first, Math.clamp(2L * most(), DEFAULT_K, MAX_CANDIDATES))
                : numCandidates;
        return new KnnQuery.Options(
                most(),
                candidates,
                rescoring(field, Math.min(first, candidates)),
                minSimilarity == null ? Double.NEGATIVE_INFINITY : minSimilarity,
                exact);
    }

    /** The number of candidates that are compared exactly. */
    private int rescored(EmbeddingParameters field) {
        return field.quantized() ? Math.min(field.rescored(most(), oversample), MAX_CANDIDATES) : most();
    }

    private Rescoring rescoring(EmbeddingParameters field, int first) {
        return field.fixesRescored(oversample)
                ? Rescoring.fixed(first)
                : new Rescoring(first, numCandidates == null ? MAX_CANDIDATES : numCandidates, RECALL);
    }
}
