/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.RankedLegsQuery;
import dev.embeddingsearch.search.ShardSearchScope;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.BytesRef;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.IdFieldMapper;
import org.opensearch.index.mapper.Uid;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;

/**
 * Query {@code hybrid_match_legs}: the legs of a {@code hybrid_match} with {@code rrf}, which a shard searches and ranks by
 * itself. The coordinating node rewrites {@code hybrid_match} to it where a search is of one shard, on a node that knows it:
 * version 0.1.0 does not.
 */
public final class RankedLegsQueryBuilder extends WireQueryBuilder<RankedLegsQueryBuilder> {

    public static final String NAME = "hybrid_match_legs";

    private static final ParseField LEXICAL = new ParseField("lexical");
    private static final ParseField VECTOR = new ParseField("vector");
    private static final ParseField VECTOR_WEIGHT = new ParseField("vector_weight");
    private static final ParseField RANK_CONSTANT = new ParseField("rank_constant");
    private static final ParseField SIZE = new ParseField("size");

    private static final ConstructingObjectParser<RankedLegsQueryBuilder, Void> PARSER = new ConstructingObjectParser<>(
            NAME,
            values -> new RankedLegsQueryBuilder(new LegSearches(
                    (QueryBuilder) values[0],
                    Optional.ofNullable((QueryBuilder) values[1]),
                    new RankFusion((float) values[2], (int) values[3]),
                    (int) values[4])));

    static {
        PARSER.declareObject(
                ConstructingObjectParser.constructorArg(), (parser, none) -> parseInnerQueryBuilder(parser), LEXICAL);
        PARSER.declareObject(
                ConstructingObjectParser.optionalConstructorArg(),
                (parser, none) -> parseInnerQueryBuilder(parser),
                VECTOR);
        PARSER.declareFloat(ConstructingObjectParser.constructorArg(), VECTOR_WEIGHT);
        PARSER.declareInt(ConstructingObjectParser.constructorArg(), RANK_CONSTANT);
        PARSER.declareInt(ConstructingObjectParser.constructorArg(), SIZE);
        declareStandardFields(PARSER);
    }

    private final LegSearches legs;

    RankedLegsQueryBuilder(LegSearches legs) {
        if (legs.size() < 1 || legs.size() > KnnOptions.MAX_CANDIDATES) {
            throw new IllegalArgumentException("[" + SIZE.getPreferredName() + "] of [" + NAME + "] expects 1 to "
                    + KnnOptions.MAX_CANDIDATES + ", got [" + legs.size() + "]");
        }
        this.legs = legs;
    }

    /** @param withParts whether the stream has the form with parts */
    public RankedLegsQueryBuilder(StreamInput in, boolean withParts) throws IOException {
        super(in, withParts);
        this.legs = new LegSearches(
                in.readNamedWriteable(QueryBuilder.class),
                Optional.ofNullable(in.readOptionalNamedWriteable(QueryBuilder.class)),
                new RankFusion(in.readFloat(), in.readVInt()),
                in.readVInt());
        readParts(in);
    }

    @Override
    void writeFields(StreamOutput out) throws IOException {
        out.writeNamedWriteable(legs.lexical());
        out.writeOptionalNamedWriteable(legs.vector().orElse(null));
        out.writeFloat(legs.fusion().vectorWeight());
        out.writeVInt(legs.fusion().rankConstant());
        out.writeVInt(legs.size());
    }

    public static RankedLegsQueryBuilder fromXContent(XContentParser parser) {
        return PARSER.apply(parser, null);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME);
        builder.field(LEXICAL.getPreferredName(), legs.lexical());
        if (legs.vector().isPresent()) {
            builder.field(VECTOR.getPreferredName(), legs.vector().get());
        }
        builder.field(VECTOR_WEIGHT.getPreferredName(), legs.fusion().vectorWeight());
        builder.field(RANK_CONSTANT.getPreferredName(), legs.fusion().rankConstant());
        builder.field(SIZE.getPreferredName(), legs.size());
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    public String getName() {
        return NAME;
    }

    LegSearches legs() {
        return legs;
    }

    private RankedLegsQueryBuilder with(QueryBuilder lexical, Optional<QueryBuilder> vector) {
        return new RankedLegsQueryBuilder(new LegSearches(lexical, vector, legs.fusion(), legs.size()))
                .boost(boost())
                .queryName(queryName());
    }

    /** This query, its documents also restricted by {@code added}. */
    @Override
    public RankedLegsQueryBuilder filter(QueryBuilder added) {
        return added == null
                ? this
                : with(
                        new BoolQueryBuilder().must(legs.lexical()).filter(added),
                        legs.vector().map(leg -> leg.filter(added)));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // how a query says that it rewrote to itself
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        QueryBuilder lexical = legs.lexical().rewrite(context);
        QueryBuilder vector = legs.vector().isPresent() ? legs.vector().get().rewrite(context) : null;
        return lexical == legs.lexical() && vector == legs.vector().orElse(null)
                ? this
                : with(lexical, Optional.ofNullable(vector));
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        RankedQueryBuilder.requireWholeDocuments(context);
        Query lexical = leg(legs.lexical(), context);
        Query vector = legs.vector().isPresent() ? leg(legs.vector().get(), context) : MatchNoDocsQuery.INSTANCE;
        return new RankedLegsQuery(
                new RankedLegsQuery.Legs(lexical, vector),
                legs.fusion(),
                legs.size(),
                ShardSearchScope.of(context, null),
                RankedLegsQueryBuilder::id);
    }

    /** The query of one leg, on whole documents, as if it were the whole query of a search. */
    private static Query leg(QueryBuilder leg, QueryShardContext context) throws IOException {
        Query query = leg.toQuery(context);
        if (query == null || query instanceof MatchNoDocsQuery) {
            return MatchNoDocsQuery.INSTANCE;
        }
        return context.getMapperService().hasNested()
                ? new BooleanQuery.Builder()
                        .add(query, Occur.MUST)
                        .add(Queries.newNonNestedFilter(), Occur.FILTER)
                        .build()
                : query;
    }

    private static String id(IndexReader reader, int document) throws IOException {
        BytesRef id = reader.storedFields()
                .document(document, Set.of(IdFieldMapper.NAME))
                .getBinaryValue(IdFieldMapper.NAME);
        return Uid.decodeId(id.bytes, id.offset, id.length);
    }

    @Override
    public void visit(QueryBuilderVisitor visitor) {
        visitor.accept(this);
        QueryBuilderVisitor either = visitor.getChildVisitor(Occur.SHOULD);
        legs.lexical().visit(either);
        legs.vector().ifPresent(leg -> leg.visit(either));
    }

    @Override
    protected boolean doEquals(RankedLegsQueryBuilder other) {
        return legs.equals(other.legs);
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(legs);
    }
}
