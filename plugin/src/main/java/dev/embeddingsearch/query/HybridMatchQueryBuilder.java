/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.hybrid.HybridQuery;
import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.search.QueryNames;
import dev.embeddingsearch.search.ShardSearchScope;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.opensearch.action.IndicesRequest;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryCoordinatorContext;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

/**
 * Query {@code hybrid_match}: fuses a lexical query with the nearest vectors; see {@link HybridQuery} for the score.
 *
 * <p>The short form is parsed into the two legs {@code lexical} and {@code embedding}, and XContent is written with
 * these.
 */
public final class HybridMatchQueryBuilder extends WireQueryBuilder<HybridMatchQueryBuilder> {

    public static final String NAME = QueryNames.HYBRID_MATCH;
    static final float DEFAULT_VECTOR_WEIGHT = 0.67f;

    private final QueryBuilder lexical;
    private final EmbeddingQueryBuilder embedding;
    private final QueryBuilder filter;
    private final FusionOptions fusion;
    private final boolean lenient;
    /** Supplies the query of the fused ranks, or null while the legs are searched; null where no search was started. */
    private final Supplier<QueryBuilder> ranked;

    /**
     * @param filter what documents must match, whichever leg finds them, or null
     * @param lenient whether a failing embedding service leaves the lexical leg alone to answer
     */
    HybridMatchQueryBuilder(
            QueryBuilder lexical,
            EmbeddingQueryBuilder embedding,
            QueryBuilder filter,
            FusionOptions fusion,
            boolean lenient) {
        this.lexical = Objects.requireNonNull(lexical, "lexical");
        this.embedding = Objects.requireNonNull(embedding, "embedding");
        this.filter = filter;
        this.fusion = Objects.requireNonNull(fusion, "fusion");
        this.lenient = lenient;
        this.ranked = null;
    }

    /** Fuses the legs' scores. */
    HybridMatchQueryBuilder(
            QueryBuilder lexical,
            EmbeddingQueryBuilder embedding,
            QueryBuilder filter,
            float vectorWeight,
            boolean lenient) {
        this(lexical, embedding, filter, new FusionOptions(vectorWeight, null), lenient);
    }

    /** A copy that waits for its legs to be searched. */
    private HybridMatchQueryBuilder(HybridMatchQueryBuilder original, Supplier<QueryBuilder> ranked) {
        this.lexical = original.lexical;
        this.embedding = original.embedding;
        this.filter = original.filter;
        this.fusion = original.fusion;
        this.lenient = original.lenient;
        this.ranked = ranked;
        boost(original.boost()).queryName(original.queryName());
    }

    /** @param withParts whether the stream has the form with parts */
    public HybridMatchQueryBuilder(StreamInput in, boolean withParts) throws IOException {
        super(in, withParts);
        this.lexical = in.readNamedWriteable(QueryBuilder.class);
        this.embedding = (EmbeddingQueryBuilder) in.readNamedWriteable(QueryBuilder.class);
        this.filter = in.readOptionalNamedWriteable(QueryBuilder.class);
        this.fusion = new FusionOptions(in);
        this.lenient = in.readBoolean();
        this.ranked = null;
        readParts(in);
    }

    @Override
    void writeFields(StreamOutput out) throws IOException {
        out.writeNamedWriteable(lexical);
        out.writeNamedWriteable(embedding);
        out.writeOptionalNamedWriteable(filter);
        fusion.writeTo(out);
        out.writeBoolean(lenient);
    }

    public static HybridMatchQueryBuilder fromXContent(XContentParser parser, Supplier<QueryEmbedder> embedder)
            throws IOException {
        return new HybridMatchQueryParser(embedder).parse(parser);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME);
        builder.field("lexical", lexical);
        builder.startObject("embedding");
        embedding.innerXContent(builder, params);
        builder.endObject();
        if (filter != null) {
            builder.field("filter", filter);
        }
        fusion.toXContent(builder, params);
        builder.field("on_embedding_failure", lenient ? "lexical" : "fail");
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    public String getName() {
        return NAME;
    }

    private HybridMatchQueryBuilder with(
            QueryBuilder otherLexical, EmbeddingQueryBuilder otherEmbedding, QueryBuilder otherFilter) {
        return new HybridMatchQueryBuilder(otherLexical, otherEmbedding, otherFilter, fusion, lenient)
                .boost(boost())
                .queryName(queryName());
    }

    /** This query, its documents also restricted by {@code added}. */
    @Override
    public HybridMatchQueryBuilder filter(QueryBuilder added) {
        if (added == null) {
            return this;
        }
        return with(
                lexical,
                embedding,
                filter == null ? added : new BoolQueryBuilder().filter(filter).filter(added));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // how a query says that it rewrote to itself
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        QueryBuilder rewrittenLexical = lexical.rewrite(context);
        EmbeddingQueryBuilder rewrittenEmbedding = embedding.embed(context, lenient, fusion.ranks());
        QueryBuilder rewrittenFilter = filter == null ? null : filter.rewrite(context);
        boolean same = rewrittenLexical == lexical && rewrittenEmbedding == embedding && rewrittenFilter == filter;
        if (same) {
            return fusion.ranks() ? rank(context) : this;
        }
        return with(rewrittenLexical, rewrittenEmbedding, rewrittenFilter);
    }

    /**
     * Starts the search of both legs on the coordinating node, once no other part of the query waits for a result; leaves it to
     * the shard where there is only one.
     */
    private QueryBuilder rank(QueryRewriteContext context) {
        if (ranked != null) {
            return Objects.requireNonNullElse(ranked.get(), this);
        }
        QueryCoordinatorContext coordinator = context.convertToCoordinatorContext();
        IndicesRequest request = coordinator == null ? null : coordinator.getSearchRequest();
        if (request == null
                || embedding.source().state() == QuerySource.State.NOT_EMBEDDED
                || context.hasAsyncActions()) {
            return this;
        }
        LegSearches searches = legSearches(embedding.depth(context));
        if (embedding.isRankedByShard(context)) {
            return new RankedLegsQueryBuilder(searches);
        }
        SetOnce<QueryBuilder> found = new SetOnce<>();
        context.registerAsyncAction((client, listener) -> searches.run(client, request, found::set, listener));
        return new HybridMatchQueryBuilder(this, found::get);
    }

    /** The raw similarities of several models are not comparable, so that several vectors keep calibrated scores. */
    private static QueryBuilder vectorLeg(EmbeddingQueryBuilder leg) {
        return leg.source().vectors().size() == 1 ? new SimilarityQueryBuilder(leg) : leg;
    }

    /** @param depth how deep both lists go */
    LegSearches legSearches(int depth) {
        boolean unembedded = embedding.source().state() == QuerySource.State.WITHOUT_VECTORS;
        return new LegSearches(
                filter == null ? lexical : new BoolQueryBuilder().must(lexical).filter(filter),
                unembedded
                        ? Optional.empty()
                        : Optional.of(vectorLeg(embedding.filter(filter).listed(depth))),
                new RankFusion(unembedded ? 0 : fusion.vectorWeight(), fusion.rankConstant()),
                depth);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        if (fusion.ranks()) {
            throw new IllegalArgumentException("the legs of [" + NAME + "] were not ranked: [fusion] [rrf] works in "
                    + "searches, not where queries are stored or rewritten on a shard alone; use [score] there");
        }
        Query lexicalQuery = filtered(orNone(lexical.toQuery(context)), context);
        Optional<EmbeddingQueryBuilder.Leg> leg = embedding.filter(filter).leg(context);
        if (leg.isPresent()) {
            if (embedding.queryName() != null) {
                context.addNamedQuery(embedding.queryName(), leg.get().knn());
            }
            return new HybridQuery(lexicalQuery, leg.get().knn(), leg.get().vectors(), fusion.decimalWeight());
        }
        boolean unembedded = embedding.source().state() == QuerySource.State.WITHOUT_VECTORS;
        return HybridQuery.lexicalOnly(
                lexicalQuery, unembedded ? 0 : fusion.decimalWeight(), ShardSearchScope.of(context, null));
    }

    private static Query orNone(Query query) {
        return query == null ? new MatchNoDocsQuery("the lexical query matches nothing") : query;
    }

    private Query filtered(Query query, QueryShardContext context) throws IOException {
        if (filter == null) {
            return query;
        }
        return new BooleanQuery.Builder()
                .add(query, Occur.MUST)
                .add(orNone(filter.toQuery(context)), Occur.FILTER)
                .build();
    }

    @Override
    public void visit(QueryBuilderVisitor visitor) {
        visitor.accept(this);
        QueryBuilderVisitor legs = visitor.getChildVisitor(Occur.SHOULD);
        lexical.visit(legs);
        embedding.visit(legs);
        if (filter != null) {
            filter.visit(visitor.getChildVisitor(Occur.FILTER));
        }
    }

    @Override
    @SuppressWarnings("EqualsIncompatibleType") // equals of all builders is final, in their base class
    protected boolean doEquals(HybridMatchQueryBuilder other) {
        return lexical.equals(other.lexical)
                && embedding.equals(other.embedding)
                && Objects.equals(filter, other.filter)
                && fusion.equals(other.fusion)
                && lenient == other.lenient;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(lexical, embedding, filter, fusion, lenient);
    }
}
