/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.knn.KnnQuery;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.mapper.EmbeddingFieldType;
import dev.embeddingsearch.mapper.EmbeddingParameters;
import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.ModelCatalog;
import dev.embeddingsearch.search.QueryNames;
import dev.embeddingsearch.search.ShardSearchScope;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

/** Query {@code embedding}: the documents whose vectors are nearest to that of a text, of code, or to a given vector. */
public final class EmbeddingQueryBuilder extends WireQueryBuilder<EmbeddingQueryBuilder> {

    public static final String NAME = QueryNames.EMBEDDING;

    private final String field;
    private final QuerySource source;
    private final KnnOptions options;
    private final QueryBuilder filter;
    private final Supplier<QueryEmbedder> embedder;
    /** Supplies the embedded text, or null while a call to the model is under way; null where none was started. */
    private final Supplier<QuerySource.Text> pending;

    /**
     * @param field path of the searched field
     * @param filter what documents must match to be found, or null
     * @param embedder used on the coordinating node only
     */
    EmbeddingQueryBuilder(
            String field,
            QuerySource source,
            KnnOptions options,
            QueryBuilder filter,
            Supplier<QueryEmbedder> embedder) {
        this.field = Objects.requireNonNull(field, "field");
        this.source = Objects.requireNonNull(source, "source");
        this.options = Objects.requireNonNull(options, "options");
        this.filter = filter;
        this.embedder = embedder;
        this.pending = null;
    }

    /** A copy that waits for its text to be embedded. */
    private EmbeddingQueryBuilder(EmbeddingQueryBuilder original, Supplier<QuerySource.Text> pending) {
        this.field = original.field;
        this.source = original.source;
        this.options = original.options;
        this.filter = original.filter;
        this.embedder = original.embedder;
        this.pending = pending;
        boost(original.boost()).queryName(original.queryName());
    }

    /** @param withParts whether the stream has the form with parts */
    public EmbeddingQueryBuilder(StreamInput in, boolean withParts, Supplier<QueryEmbedder> embedder)
            throws IOException {
        super(in, withParts);
        this.field = in.readString();
        this.source = QuerySource.read(in);
        this.options = new KnnOptions(in);
        this.filter = in.readOptionalNamedWriteable(QueryBuilder.class);
        this.embedder = embedder;
        this.pending = null;
        readParts(in);
    }

    @Override
    void writeFields(StreamOutput out) throws IOException {
        out.writeString(field);
        source.writeTo(out);
        options.writeTo(out);
        out.writeOptionalNamedWriteable(filter);
    }

    public static EmbeddingQueryBuilder fromXContent(XContentParser parser, Supplier<QueryEmbedder> embedder)
            throws IOException {
        EmbeddingQueryParser read = new EmbeddingQueryParser(NAME, "field").read(parser);
        return read.build(null, null, embedder)
                .filter(read.filter())
                .boost(read.boost())
                .queryName(read.name());
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME);
        innerXContent(builder, params);
        builder.endObject();
    }

    /** Writes what stands inside the object of this query. */
    void innerXContent(XContentBuilder builder, Params params) throws IOException {
        builder.field("field", field);
        source.toXContent(builder, params);
        options.toXContent(builder, params);
        if (filter != null) {
            builder.field("filter", filter);
        }
        printBoostAndQueryName(builder);
    }

    @Override
    public String getName() {
        return NAME;
    }

    String field() {
        return field;
    }

    QuerySource source() {
        return source;
    }

    /**
     * The number of hits in a search for the ranks of this query: {@code k}, by default as many as the request needs, or less
     * where an index allows fewer hits.
     */
    int depth(QueryRewriteContext context) {
        QueryEmbedder known = embedder.get();
        int depth = options.depth(RankedListDepth.of(context));
        return known == null ? depth : Math.min(depth, known.resultWindow(context));
    }

    /** This query as a leg whose list goes so deep, unless it has a {@code k} of its own. */
    EmbeddingQueryBuilder listed(int depth) {
        return new EmbeddingQueryBuilder(field, source, options.orElse(depth), filter, embedder)
                .boost(boost())
                .queryName(queryName());
    }

    /** Whether one shard can search and rank this query and another. */
    boolean isRankedByShard(QueryRewriteContext context) {
        QueryEmbedder known = embedder.get();
        return known != null && known.isRankedByShard(context);
    }

    private EmbeddingQueryBuilder with(QuerySource otherSource, QueryBuilder otherFilter) {
        EmbeddingQueryBuilder copy = new EmbeddingQueryBuilder(field, otherSource, options, otherFilter, embedder);
        return copy.boost(boost()).queryName(queryName());
    }

    /** This query, its documents also restricted by {@code added}. */
    @Override
    public EmbeddingQueryBuilder filter(QueryBuilder added) {
        if (added == null) {
            return this;
        }
        return with(
                source,
                filter == null ? added : new BoolQueryBuilder().filter(filter).filter(added));
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        return embed(context, false, false);
    }

    /**
     * Rewrites this query, embedding its text on the way.
     *
     * @param lenient whether a failing service leaves the query without vectors, instead of failing the search
     * @param ranked whether this node ranks the documents of all clusters, so that it needs the vectors for all of them
     */
    @SuppressWarnings("ReferenceEquality") // how a query says that it rewrote to itself
    EmbeddingQueryBuilder embed(QueryRewriteContext context, boolean lenient, boolean ranked) throws IOException {
        QueryBuilder rewrittenFilter = filter == null ? null : filter.rewrite(context);
        if (rewrittenFilter != filter) {
            return with(source, rewrittenFilter);
        }
        boolean searchesText =
                source instanceof QuerySource.Text && source.state() != QuerySource.State.WITHOUT_VECTORS;
        if (!searchesText || context.convertToShardContext() != null) {
            return this;
        }
        if (pending != null) {
            QuerySource.Text embedded = pending.get();
            return embedded == null ? this : with(embedded, filter);
        }
        QuerySource.Text text = (QuerySource.Text) source;
        QueryEmbedder.Search search = embedder.get().search(field, text, ranked, context);
        if (search.isComplete()) {
            boolean same = text.state() == QuerySource.State.EMBEDDED || search.goesOnElsewhere();
            return same ? this : with(text.withoutVectors(), filter);
        }
        SetOnce<QuerySource.Text> embedded = new SetOnce<>();
        Optional<Runnable> without =
                lenient ? Optional.of(embedder.get().lexicalCount(field, context)) : Optional.empty();
        context.registerAsyncAction((client, listener) ->
                embedder.get().embed(search, text, client, new EmbeddedText(text, without, embedded, listener)));
        return new EmbeddingQueryBuilder(this, embedded::get);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        return toQuery(context, true);
    }

    /**
     * The query of one shard.
     *
     * @param calibrated whether a score is the cosine relative to the mean of the shard; the raw similarity otherwise
     */
    Query toQuery(QueryShardContext context, boolean calibrated) throws IOException {
        Optional<Leg> leg = leg(context);
        if (leg.isEmpty()) {
            return new MatchNoDocsQuery("field [" + field + "] has no vectors to compare with");
        }
        KnnTarget vectors = leg.get().vectors();
        return HybridQuery.vectorOnly(leg.get().knn(), calibrated ? vectors : vectors.uncalibrated());
    }

    /** The vector leg of a search on one shard. */
    record Leg(KnnTarget vectors, Query knn) {}

    /**
     * The leg on the shard of {@code context}; empty if the field is not mapped there, or if the query goes on without
     * vectors because its text could not be embedded.
     */
    Optional<Leg> leg(QueryShardContext context) throws IOException {
        MappedFieldType type = context.fieldMapper(field);
        if (type == null || source.state() == QuerySource.State.WITHOUT_VECTORS) {
            return Optional.empty();
        }
        if (!(type.unwrap() instanceof EmbeddingFieldType)) {
            throw new IllegalArgumentException("[" + NAME + "] expects a field of type [embedding], but [" + field
                    + "] has type [" + type.typeName() + "]");
        }
        EmbeddingParameters parameters = ((EmbeddingFieldType) type.unwrap()).parameters();
        String name = type.name();
        float[] target = parameters.similarity().prepare(name, vector(name, parameters));
        double background = ModelCatalog.backgroundCosine(parameters.model().id());
        KnnTarget vectors = new KnnTarget(name, target, parameters.similarity().function(), background);
        Query filtered = filter == null ? null : filter.toQuery(context);
        return Optional.of(new Leg(
                vectors,
                new KnnQuery(vectors, filtered, options.forShard(parameters), ShardSearchScope.of(context, name))));
    }

    private float[] vector(String name, EmbeddingParameters parameters) {
        if (source.state() == QuerySource.State.NOT_EMBEDDED) {
            throw new IllegalArgumentException("the text of [" + NAME + "] on field [" + field
                    + "] was not embedded: this query works in searches, not where queries are stored or rewritten on a "
                    + "shard alone; give its [vector] there");
        }
        return source.vectors().stream()
                .filter(vector ->
                        vector.fits(parameters.model().id(), parameters.model().dimensions()))
                .map(vector ->
                        VectorValue.requireLength(name, parameters.model().dimensions(), vector.values()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no vector of model id ["
                        + parameters.model().id()
                        + "] with " + parameters.model().dimensions() + " dimensions for field [" + field + "]: got "
                        + source.vectors()));
    }

    @Override
    public void visit(QueryBuilderVisitor visitor) {
        visitor.accept(this);
        if (filter != null) {
            filter.visit(visitor.getChildVisitor(Occur.FILTER));
        }
    }

    @Override
    protected boolean doEquals(EmbeddingQueryBuilder other) {
        return field.equals(other.field)
                && source.equals(other.source)
                && options.equals(other.options)
                && Objects.equals(filter, other.filter);
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(field, source, options, filter);
    }
}
