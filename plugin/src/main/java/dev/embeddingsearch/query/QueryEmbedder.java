/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import static java.util.stream.Collectors.toCollection;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.embedding.EmbeddingRequest;
import dev.embeddingsearch.embedding.EmbeddingResult;
import dev.embeddingsearch.embedding.Purpose;
import dev.embeddingsearch.mapper.EmbeddingMappings;
import dev.embeddingsearch.mapper.FieldModel;
import dev.embeddingsearch.mapper.MappedEmbedding;
import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.Side;
import dev.embeddingsearch.query.RemoteMappings.RemoteField;
import dev.embeddingsearch.query.SearchedIndices.Searched;
import dev.embeddingsearch.search.RulesInQuery;
import dev.embeddingsearch.search.SearchRelease;
import dev.embeddingsearch.search.SearchWait;
import dev.embeddingsearch.stats.EmbeddingStats;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

/** Embeds a query's text on the coordinating node, once for every model among the searched indices. */
public final class QueryEmbedder {

    private final Embedder embedder;
    private final Models models;
    private final EmbeddingMappings mappings;
    private final SearchedIndices searchedIndices;
    private final EmbeddingStats stats;
    private final ThreadPool threadPool;
    private final SearchRelease release;

    public QueryEmbedder(
            Embedder embedder, Models models, EmbeddingMappings mappings, SearchedIndices searchedIndices, Node node) {
        this.embedder = embedder;
        this.models = models;
        this.mappings = mappings;
        this.searchedIndices = searchedIndices;
        this.stats = node.stats();
        this.threadPool = node.threadPool();
        this.release = new SearchRelease(threadPool);
    }

    /** Services of this node. */
    public record Node(ThreadPool threadPool, EmbeddingStats stats) {}

    /**
     * What is to be embedded for a query on one field.
     *
     * @param targets models whose vectors fields of this cluster need and the query does not have yet
     * @param asked indices of other clusters whose mappings are fetched first; empty where those clusters embed the text
     *     themselves
     * @param goesOnElsewhere whether other clusters receive the query and embed the text themselves
     */
    record Search(String field, Set<FieldModel> targets, Optional<Searched> asked, boolean goesOnElsewhere) {

        boolean isComplete() {
            return targets.isEmpty() && asked.isEmpty();
        }
    }

    /**
     * Finds the models whose vectors {@code text} lacks for the indices of a request.
     *
     * @param ranked whether this node ranks the documents of all clusters, so that it needs the vectors for all of them
     * @throws IllegalArgumentException if the field is an {@code embedding} field in none of them, or if a model is no
     *     longer the one that a field was created with
     */
    Search search(String field, QuerySource.Text text, boolean ranked, QueryRewriteContext context) {
        Searched found = searchedIndices.of(context);
        if (text.state() == QuerySource.State.EMBEDDED && found.local().isEmpty()) {
            // A data node rewrites the query again, without the indices of the request.
            return new Search(field, Set.of(), Optional.empty(), false);
        }
        Searched searched = ranked && !found.isForwarded() ? found.embeddedHere() : found;
        Set<FieldModel> targets = targets(field, searched);
        if (targets.isEmpty() && searched.remote().isEmpty() && text.state() == QuerySource.State.NOT_EMBEDDED) {
            requireNoIndex(field, searched.local().map(names -> names.length).orElse(searchedIndices.all().length));
        }
        targets.removeIf(target -> text.has(target.id(), target.dimensions()));
        boolean others = !searched.remote().isEmpty();
        boolean asks = others && !searched.embedsThere() && text.state() == QuerySource.State.NOT_EMBEDDED;
        return new Search(
                field, targets, asks ? Optional.of(searched) : Optional.empty(), others && searched.embedsThere());
    }

    private static void requireNoIndex(String field, int indices) {
        if (indices > 0) {
            throw new IllegalArgumentException("field [" + field + "] is not mapped as [embedding] in any of the "
                    + indices + " searched indices");
        }
    }

    private Set<FieldModel> targets(String field, Searched searched) {
        Set<FieldModel> targets = Arrays.stream(searched.local().orElseGet(searchedIndices::all))
                .map(index -> mappings.field(index, field))
                .filter(Objects::nonNull)
                .map(MappedEmbedding::model)
                .collect(toCollection(LinkedHashSet::new));
        if (searched.local().isEmpty() && targets.stream().anyMatch(target -> isCurrent(field, target))) {
            // An index that the request may not search must not fail it.
            targets.removeIf(target -> !isCurrent(field, target));
        }
        targets.forEach(target -> target.requireUnchanged(field, models));
        return targets;
    }

    /** Most hits of a search in all of its indices; no limit where these are unknown. */
    int resultWindow(QueryRewriteContext context) {
        return searchedIndices.resultWindow(context);
    }

    /** Whether one shard can search and rank both legs of a query, so that this node needs not know their hits. */
    boolean isRankedByShard(QueryRewriteContext context) {
        return !RulesInQuery.are(threadPool.getThreadContext()) && searchedIndices.isOneShard(context);
    }

    private boolean isCurrent(String field, FieldModel target) {
        try {
            target.requireUnchanged(field, models);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Counts, when run, a search without vectors for each index of the request that has {@code field}. */
    Runnable lexicalCount(String field, QueryRewriteContext context) {
        List<String> indices = searchedIndices.of(context).local().stream()
                .flatMap(Arrays::stream)
                .filter(index -> mappings.field(index, field) != null)
                .toList();
        return () -> indices.forEach(index -> stats.index(index).lexicalSearch());
    }

    /**
     * Embeds {@code text} by the models of {@code search}.
     *
     * @param client of the caller of the search
     * @param listener receives one vector for each model, or the first failure
     */
    void embed(Search search, QuerySource.Text text, Client client, ActionListener<List<QueryVector>> listener) {
        if (search.asked().isEmpty()) {
            embed(search.targets(), text, listener);
            return;
        }
        RemoteMappings.fetch(
                client,
                search.asked().get(),
                search.field(),
                ActionListener.wrap(fields -> embed(withRemote(search, fields), text, listener), listener::onFailure));
    }

    private Set<FieldModel> withRemote(Search search, List<RemoteField> fields) {
        Set<FieldModel> all = new LinkedHashSet<>(search.targets());
        for (RemoteField remote : fields) {
            FieldModel target = remote.field().model();
            if (all.stream().noneMatch(target::hasSameVectors)) {
                all.add(target.named(modelOf(remote)));
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("field [" + search.field()
                    + "] is not mapped as [embedding] in any of the searched indices, nor in those of the clusters "
                    + search.asked().map(Searched::remote).orElseThrow().keySet() + " that can be reached");
        }
        return all;
    }

    /** A model of this cluster that makes the same vectors; other clusters may give it another name. */
    private String modelOf(RemoteField remote) {
        FieldModel model = remote.field().model();
        return Stream.concat(Stream.of(model.name()), models.names().stream())
                .filter(name -> makes(name, model.id()))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("field [" + remote.field().path() + "] of [" + remote.index()
                                + "] holds vectors of model id [" + model.id()
                                + "], which no model of this cluster has: add one"
                                + " with that id, or search with [ccs_minimize_roundtrips] [true] and [fusion] [score], so that each"
                                + " cluster embeds for itself"));
    }

    private boolean makes(String model, String id) {
        try {
            return models.identity(model).id().equals(id);
        } catch (IllegalArgumentException e) {
            return false; // not configured here, or not well
        }
    }

    private void embed(Set<FieldModel> targets, QuerySource.Text text, ActionListener<List<QueryVector>> listener) {
        SearchWait<List<QueryVector>> wait = new SearchWait<>(threadPool, release, listener);
        GroupedActionListener<QueryVector> group =
                new GroupedActionListener<>(ActionListener.map(wait, List::copyOf), targets.size());
        for (FieldModel target : targets) {
            EmbeddingRequest request = new EmbeddingRequest(
                    target.name(),
                    side(text.type(), target),
                    text.type(),
                    target.dimensions(),
                    List.of(text.text()),
                    Purpose.SEARCH);
            embedder.embed(request, ActionListener.map(group, results -> vector(target, results.get(0))));
        }
        wait.watch();
    }

    /** Code that is searched by code is embedded as a document, as the field's vectors are. */
    private static Side side(InputType inputType, FieldModel target) {
        return inputType == InputType.CODE && target.inputType() == InputType.CODE ? Side.DOCUMENT : Side.QUERY;
    }

    private static QueryVector vector(FieldModel target, EmbeddingResult result) throws Exception {
        if (result.failure() != null) {
            throw result.failure();
        }
        return new QueryVector(target.id(), result.vector());
    }
}
