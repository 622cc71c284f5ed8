/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.Query;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

/**
 * Query {@code embedding_similarity}: the documents of an {@code embedding} query, scored by the raw similarity, which
 * compares across shards. The coordinating node uses it for the ranks of the vector leg.
 */
public final class SimilarityQueryBuilder extends WireQueryBuilder<SimilarityQueryBuilder> {

    public static final String NAME = "embedding_similarity";

    private static final ParseField QUERY = new ParseField("query");

    private static final ConstructingObjectParser<SimilarityQueryBuilder, Void> PARSER =
            new ConstructingObjectParser<>(NAME, values -> new SimilarityQueryBuilder(embedding(values[0])));

    static {
        PARSER.declareObject(
                ConstructingObjectParser.constructorArg(), (parser, none) -> parseInnerQueryBuilder(parser), QUERY);
        declareStandardFields(PARSER);
    }

    private static EmbeddingQueryBuilder embedding(Object query) {
        if (query instanceof EmbeddingQueryBuilder embedding) {
            return embedding;
        }
        throw new IllegalArgumentException("[" + NAME + "] expects a query [" + EmbeddingQueryBuilder.NAME + "], got ["
                + ((QueryBuilder) query).getName() + "]");
    }

    private final EmbeddingQueryBuilder embedding;

    /**
     * @param embedding its boost and name have no effect
     */
    SimilarityQueryBuilder(EmbeddingQueryBuilder embedding) {
        this.embedding = Objects.requireNonNull(embedding, "embedding");
    }

    /** @param withParts whether the stream has the form with parts */
    public SimilarityQueryBuilder(StreamInput in, boolean withParts) throws IOException {
        super(in, withParts);
        this.embedding = embedding(in.readNamedWriteable(QueryBuilder.class));
        readParts(in);
    }

    @Override
    void writeFields(StreamOutput out) throws IOException {
        out.writeNamedWriteable(embedding);
    }

    public static SimilarityQueryBuilder fromXContent(XContentParser parser) {
        return PARSER.apply(parser, null);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME);
        builder.field(QUERY.getPreferredName(), embedding);
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    public String getName() {
        return NAME;
    }

    private SimilarityQueryBuilder with(EmbeddingQueryBuilder other) {
        return new SimilarityQueryBuilder(other).boost(boost()).queryName(queryName());
    }

    /** This query, its documents also restricted by {@code added}. */
    @Override
    public SimilarityQueryBuilder filter(QueryBuilder added) {
        return added == null ? this : with(embedding.filter(added));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // how a query says that it rewrote to itself
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        EmbeddingQueryBuilder rewritten = embedding.embed(context, false, true);
        return rewritten == embedding ? this : with(rewritten);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        return embedding.toQuery(context, false);
    }

    @Override
    public void visit(QueryBuilderVisitor visitor) {
        visitor.accept(this);
        embedding.visit(visitor.getChildVisitor(Occur.MUST));
    }

    @Override
    @SuppressWarnings("EqualsIncompatibleType") // equals of all builders is final, in their base class
    protected boolean doEquals(SimilarityQueryBuilder other) {
        return embedding.equals(other.embedding);
    }

    @Override
    protected int doHashCode() {
        return embedding.hashCode();
    }
}
