/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.opensearch.index.mapper.ArraySourceValueFetcher;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.KeywordFieldMapper;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.search.lookup.SearchLookup;

/**
 * The keyword below an {@code embedding} field that holds the reason of a {@link PendingMark}. Part of the field, not of
 * the mapping: so marks are found whatever the mapping says about fields it does not know.
 */
final class PendingMarkMapper extends FieldMapper {

    private static final FieldType TERMS = new FieldType();

    static {
        TERMS.setIndexOptions(IndexOptions.DOCS);
        TERMS.setTokenized(false);
        TERMS.setOmitNorms(true);
        TERMS.freeze();
    }

    PendingMarkMapper(String parent) {
        super(
                PendingMark.REASON,
                TERMS,
                new PendingFieldType(parent + "." + PendingMark.REASON),
                MultiFields.empty(),
                CopyTo.empty());
    }

    /** Puts a reason into the document. */
    void index(ParseContext context, String reason) {
        BytesRef term = new BytesRef(reason);
        context.doc().add(new Field(name(), term, TERMS));
        context.doc().add(new SortedSetDocValuesField(name(), term));
    }

    boolean isIn(ParseContext.Document document) {
        for (IndexableField present : document.getFields()) {
            if (present.name().equals(name())) {
                return true;
            }
        }
        return false;
    }

    /** Values come through the field above only. */
    @Override
    protected void parseCreateField(ParseContext context) {
        throw new UnsupportedOperationException("[" + name() + "] takes no values of its own");
    }

    @Override
    protected void mergeOptions(FieldMapper other, List<String> conflicts) {
        // There are no options.
    }

    @Override
    protected String contentType() {
        return KeywordFieldMapper.CONTENT_TYPE;
    }

    private static final class PendingFieldType extends KeywordFieldMapper.KeywordFieldType {

        PendingFieldType(String name) {
            super(name, true, true, Map.of());
        }

        /** The source has either a mark or a vector at the path of the field above. */
        @Override
        public ValueFetcher valueFetcher(QueryShardContext context, SearchLookup lookup, String format) {
            return new ArraySourceValueFetcher(name(), context) {
                @Override
                protected Object parseSourceValue(Object value) {
                    return PendingMark.is(value) ? List.of(((Map<?, ?>) value).get(PendingMark.REASON)) : List.of();
                }
            };
        }
    }
}
