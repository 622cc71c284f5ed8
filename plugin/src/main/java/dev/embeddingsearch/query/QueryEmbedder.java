/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static java.util.stream.Collectors.toCollection;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.QueryRewriteContext;

/** Embeds a query's text on the coordinating node, once for every model among the searched indices. */
public final class QueryEmbedder {

    private final Embedder embedder;
    private final Models models;
    private final EmbeddingMappings mappings;
    private final SearchedIndices searchedIndices;
    private final EmbeddingStats stats;

    public QueryEmbedder(
            Embedder embedder,
            Models models,
            EmbeddingMappings mappings,
            SearchedIndices searchedIndices,
            EmbeddingStats stats) {
        this.embedder = embedder;
        this.models = models;
        this.mappings = mappings;
        this.searchedIndices = searchedIndices;
        this.stats = stats;
    }

    /** What distinguishes the vectors that searched fields of one name need. */
    record Target(String model, String modelId, int dimensions, InputType inputType) {

        static Target of(MappedEmbedding field) {
            return new Target(field.model(), field.modelId(), field.dimensions(), field.inputType());
        }
    }

    /**
     * The models and dimensions that field {@code field} has in the indices of a request; none where these are none.
     *
     * @throws IllegalArgumentException if it is an {@code embedding} field in none of them, or if a model is no longer the
     *     one that a field was created with
     */
    Set<Target> targets(String field, QueryRewriteContext context) {
        Optional<String[]> named = searchedIndices.named(context);
        String[] indices = named.orElseGet(searchedIndices::all);
        Set<Target> targets = Arrays.stream(indices)
                .map(index -> mappings.of(index).get(field))
                .filter(Objects::nonNull)
                .map(Target::of)
                .collect(toCollection(LinkedHashSet::new));
        if (targets.isEmpty() && indices.length > 0) {
            throw new IllegalArgumentException("field [" + field + "] is not mapped as [embedding] in any of the "
                    + indices.length + " searched indices");
        }
        if (named.isEmpty() && targets.stream().anyMatch(target -> isCurrent(field, target))) {
            // An index that the request may not even be about must not fail it.
            targets.removeIf(target -> isCurrent(field, target) == false);
        }
        targets.forEach(target -> requireModel(field, target));
        return targets;
    }

    private boolean isCurrent(String field, Target target) {
        try {
            requireModel(field, target);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void requireModel(String field, Target target) {
        String current = models.get(target.model()).id();
        if (current.equals(target.modelId()) == false) {
            throw new IllegalArgumentException("field [" + field + "] holds vectors of model id [" + target.modelId()
                    + "], but model [" + target.model() + "] now has id [" + current
                    + "]: give the model its id back, or reindex into a field created with the new one");
        }
    }

    /** Something that counts, when it is run, a search without vectors in each named index that has {@code field}. */
    Runnable lexicalCount(String field, QueryRewriteContext context) {
        List<String> indices = searchedIndices.named(context).stream()
                .flatMap(Arrays::stream)
                .filter(index -> mappings.of(index).containsKey(field))
                .toList();
        return () -> indices.forEach(index -> stats.index(index).lexicalSearch());
    }

    /**
     * Embeds {@code text} for each of {@code targets}.
     *
     * @param inputType whether the text is code
     * @param listener gets a vector a target, or the first failure
     */
    void embed(Set<Target> targets, InputType inputType, String text, ActionListener<List<QueryVector>> listener) {
        GroupedActionListener<QueryVector> group =
                new GroupedActionListener<>(ActionListener.map(listener, List::copyOf), targets.size());
        for (Target target : targets) {
            EmbeddingRequest request = new EmbeddingRequest(
                    target.model(),
                    side(inputType, target),
                    inputType,
                    target.dimensions(),
                    List.of(text),
                    Purpose.SEARCH);
            embedder.embed(request, ActionListener.map(group, results -> vector(target, results.get(0))));
        }
    }

    /** Code that looks for code is compared like with like, so it takes the side of the documents. */
    private static Side side(InputType inputType, Target target) {
        return inputType == InputType.CODE && target.inputType() == InputType.CODE ? Side.DOCUMENT : Side.QUERY;
    }

    private static QueryVector vector(Target target, EmbeddingResult result) throws Exception {
        if (result.failure() != null) {
            throw result.failure();
        }
        return new QueryVector(target.modelId(), result.vector());
    }
}
