/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.index.fielddata.IndexFieldData;
import org.opensearch.index.mapper.ArraySourceValueFetcher;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.TextSearchInfo;
import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.lookup.SearchLookup;

/** The type of an {@code embedding} field: its parameters, and the queries that it supports. */
public final class EmbeddingFieldType extends MappedFieldType {

    private final EmbeddingParameters parameters;

    EmbeddingFieldType(String name, EmbeddingParameters parameters, Map<String, String> meta) {
        super(name, true, false, true, TextSearchInfo.NONE, meta);
        this.parameters = parameters;
    }

    public EmbeddingParameters parameters() {
        return parameters;
    }

    @Override
    public String typeName() {
        return EmbeddingFieldMapper.CONTENT_TYPE;
    }

    @Override
    public Query existsQuery(QueryShardContext context) {
        return new FieldExistsQuery(name());
    }

    @Override
    public Query termQuery(Object value, QueryShardContext context) {
        throw new IllegalArgumentException("field [" + name() + "] of type [" + typeName()
                + "] holds vectors: search it with the query [embedding] or [hybrid_match]");
    }

    @Override
    public boolean isAggregatable() {
        return false;
    }

    @Override
    public IndexFieldData.Builder fielddataBuilder(String index, Supplier<SearchLookup> searchLookup) {
        return (cache, breakers) -> new VectorFieldData(name());
    }

    @Override
    public DocValueFormat docValueFormat(String format, ZoneId timeZone) {
        if (format != null) {
            throw new IllegalArgumentException(
                    "field [" + name() + "] of type [" + typeName() + "] takes no format, got [" + format + "]");
        }
        return DocValueFormat.RAW;
    }

    @Override
    public ValueFetcher valueFetcher(QueryShardContext context, SearchLookup lookup, String format) {
        return new ArraySourceValueFetcher(name(), context) {
            @Override
            protected Object parseSourceValue(Object value) {
                return PendingMark.is(value) ? List.of() : VectorValue.toList(VectorValue.of(name(), value));
            }
        };
    }
}
