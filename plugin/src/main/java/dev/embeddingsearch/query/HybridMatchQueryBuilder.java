/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.fusion.HybridQuery;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

/**
 * Query {@code hybrid_match}: fuses a lexical query with the nearest vectors; see {@link HybridQuery} for the score.
 *
 * <p>Whatever short form it was given in, it is kept as its two legs, and written so: {@code lexical} and
 * {@code embedding}.
 */
public final class HybridMatchQueryBuilder extends AbstractQueryBuilder<HybridMatchQueryBuilder> {

    public static final String NAME = "hybrid_match";
    static final float DEFAULT_VECTOR_WEIGHT = 0.7f;

    private final QueryBuilder lexical;
    private final EmbeddingQueryBuilder embedding;
    private final QueryBuilder filter;
    private final float vectorWeight;
    private final boolean lenient;

    /**
     * @param filter what documents must match, whichever leg finds them, or null
     * @param vectorWeight weight of the vector leg, 0 to 1; the lexical leg has the rest
     * @param lenient whether a failing embedding service leaves the lexical leg alone to answer
     */
    HybridMatchQueryBuilder(
            QueryBuilder lexical,
            EmbeddingQueryBuilder embedding,
            QueryBuilder filter,
            float vectorWeight,
            boolean lenient) {
        if ((vectorWeight >= 0 && vectorWeight <= 1) == false) {
            throw new IllegalArgumentException(
                    "[vector_weight] expects a number from 0 to 1, got [" + vectorWeight + "]");
        }
        this.lexical = Objects.requireNonNull(lexical, "lexical");
        this.embedding = Objects.requireNonNull(embedding, "embedding");
        this.filter = filter;
        this.vectorWeight = vectorWeight;
        this.lenient = lenient;
    }

    public HybridMatchQueryBuilder(StreamInput in) throws IOException {
        super(in);
        this.lexical = in.readNamedWriteable(QueryBuilder.class);
        this.embedding = (EmbeddingQueryBuilder) in.readNamedWriteable(QueryBuilder.class);
        this.filter = in.readOptionalNamedWriteable(QueryBuilder.class);
        this.vectorWeight = in.readFloat();
        this.lenient = in.readBoolean();
    }

    @Override
    protected void doWriteTo(StreamOutput out) throws IOException {
        out.writeNamedWriteable(lexical);
        out.writeNamedWriteable(embedding);
        out.writeOptionalNamedWriteable(filter);
        out.writeFloat(vectorWeight);
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
        builder.field("vector_weight", vectorWeight);
        builder.field("on_embedding_failure", lenient ? "lexical" : "fail");
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    private HybridMatchQueryBuilder with(
            QueryBuilder otherLexical, EmbeddingQueryBuilder otherEmbedding, QueryBuilder otherFilter) {
        return new HybridMatchQueryBuilder(otherLexical, otherEmbedding, otherFilter, vectorWeight, lenient)
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
        EmbeddingQueryBuilder rewrittenEmbedding = embedding.embed(context, lenient);
        QueryBuilder rewrittenFilter = filter == null ? null : filter.rewrite(context);
        boolean same = rewrittenLexical == lexical && rewrittenEmbedding == embedding && rewrittenFilter == filter;
        return same ? this : with(rewrittenLexical, rewrittenEmbedding, rewrittenFilter);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        Query lexicalQuery = filtered(orNone(lexical.toQuery(context)), context);
        Optional<EmbeddingQueryBuilder.Leg> leg = embedding.filter(filter).leg(context);
        if (leg.isPresent()) {
            if (embedding.queryName() != null) {
                context.addNamedQuery(embedding.queryName(), leg.get().knn());
            }
            return new HybridQuery(lexicalQuery, leg.get().knn(), leg.get().vectors(), vectorWeight);
        }
        boolean unembedded = embedding.input().vectors() != null
                && embedding.input().vectors().isEmpty();
        return HybridQuery.lexicalOnly(lexicalQuery, unembedded ? 0 : vectorWeight);
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
                && vectorWeight == other.vectorWeight
                && lenient == other.lenient;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(lexical, embedding, filter, vectorWeight, lenient);
    }
}
