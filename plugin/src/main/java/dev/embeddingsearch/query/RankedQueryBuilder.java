/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.rank.RankFusion;
import dev.embeddingsearch.rank.RankedQuery;
import dev.embeddingsearch.rank.Ranks;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.BytesRef;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.IdFieldMapper;
import org.opensearch.index.mapper.Uid;
import org.opensearch.index.query.QueryShardContext;

/**
 * Query {@code hybrid_match_ranked}: the documents that both legs of a {@code hybrid_match} with {@code rrf} found, with
 * their ranks. The coordinating node rewrites {@code hybrid_match} to it.
 */
public final class RankedQueryBuilder extends WireQueryBuilder<RankedQueryBuilder> {

    public static final String NAME = "hybrid_match_ranked";

    private static final ParseField VECTOR_WEIGHT = new ParseField("vector_weight");
    private static final ParseField RANK_CONSTANT = new ParseField("rank_constant");
    private static final ParseField DOCUMENTS = new ParseField("documents");

    @SuppressWarnings("unchecked")
    private static final ConstructingObjectParser<RankedQueryBuilder, Void> PARSER = new ConstructingObjectParser<>(
            NAME,
            values -> new RankedQueryBuilder(
                    (List<RankedDocument>) values[2], new RankFusion((float) values[0], (int) values[1])));

    static {
        PARSER.declareFloat(ConstructingObjectParser.constructorArg(), VECTOR_WEIGHT);
        PARSER.declareInt(ConstructingObjectParser.constructorArg(), RANK_CONSTANT);
        PARSER.declareObjectArray(ConstructingObjectParser.constructorArg(), RankedDocument.PARSER, DOCUMENTS);
        declareStandardFields(PARSER);
    }

    private final List<RankedDocument> documents;
    private final RankFusion fusion;

    RankedQueryBuilder(List<RankedDocument> documents, RankFusion fusion) {
        this.documents = List.copyOf(documents);
        this.fusion = Objects.requireNonNull(fusion, "fusion");
    }

    /** @param withParts whether the stream has the form with parts */
    public RankedQueryBuilder(StreamInput in, boolean withParts) throws IOException {
        super(in, withParts);
        this.documents = in.readList(RankedDocument::new);
        this.fusion = new RankFusion(in.readFloat(), in.readVInt());
        readParts(in);
    }

    @Override
    void writeFields(StreamOutput out) throws IOException {
        out.writeList(documents);
        out.writeFloat(fusion.vectorWeight());
        out.writeVInt(fusion.rankConstant());
    }

    public static RankedQueryBuilder fromXContent(XContentParser parser) {
        return PARSER.apply(parser, null);
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME);
        builder.field(VECTOR_WEIGHT.getPreferredName(), fusion.vectorWeight());
        builder.field(RANK_CONSTANT.getPreferredName(), fusion.rankConstant());
        builder.startArray(DOCUMENTS.getPreferredName());
        for (RankedDocument document : documents) {
            document.toXContent(builder, params);
        }
        builder.endArray();
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    protected Query doToQuery(QueryShardContext context) {
        requireWholeDocuments(context);
        String index = context.getFullyQualifiedIndex().getName();
        Map<BytesRef, Ranks> here = new HashMap<>();
        for (RankedDocument document : documents) {
            if (document.index().equals(index)) {
                here.put(Uid.encodeId(document.id()), document.ranks());
            }
        }
        return here.isEmpty()
                ? new MatchNoDocsQuery("no document of this index is among the best of the fused ranks")
                : new RankedQuery(IdFieldMapper.NAME, here, fusion);
    }

    static void requireWholeDocuments(QueryShardContext context) {
        if (context.nestedScope().getObjectMapper() != null) {
            throw new IllegalArgumentException("[fusion] of [" + HybridMatchQueryBuilder.NAME
                    + "] expects [score] inside [nested], got [rrf]: it ranks whole documents");
        }
    }

    @Override
    protected boolean doEquals(RankedQueryBuilder other) {
        return documents.equals(other.documents) && fusion.equals(other.fusion);
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(documents, fusion);
    }
}
