/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.mapper.VectorValue;
import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.function.Supplier;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;

/**
 * Reads the keys of an {@code embedding} query, which {@code hybrid_match} shares. One parser reads one query.
 */
final class EmbeddingQueryParser {

    private final String queryName;
    private final String fieldKey;
    private String field;
    private QuerySource source;
    private Integer k;
    private Integer numCandidates;
    private Float oversample;
    private Float minSimilarity;
    private boolean exact;
    private QueryBuilder filter;
    private float boost = AbstractQueryBuilder.DEFAULT_BOOST;
    private String name;
    private boolean vectorKeys;

    /**
     * @param queryName name of the query in messages
     * @param fieldKey name, in messages, of the key for the searched field
     */
    EmbeddingQueryParser(String queryName, String fieldKey) {
        this.queryName = queryName;
        this.fieldKey = fieldKey;
    }

    private void source(QuerySource given, XContentParser parser) {
        if (source != null) {
            throw new ParsingException(
                    parser.getTokenLocation(),
                    "[" + queryName + "] expects one of [text], [code] and [vector], got two");
        }
        source = given;
    }

    /** Whether one of the keys was read that concern the search among vectors, such as {@code k}. */
    boolean hasVectorKeys() {
        return vectorKeys;
    }

    /** The text or code that was read, or null. */
    String text() {
        return source instanceof QuerySource.Text given ? given.text() : null;
    }

    String name() {
        return name;
    }

    float boost() {
        return boost;
    }

    QueryBuilder filter() {
        return filter;
    }

    /** Reads the object that {@code parser} stands at the beginning of. */
    EmbeddingQueryParser read(XContentParser parser) throws IOException {
        String key = null;
        for (XContentParser.Token token = parser.nextToken();
                token != XContentParser.Token.END_OBJECT;
                token = parser.nextToken()) {
            if (token == XContentParser.Token.FIELD_NAME) {
                key = parser.currentName();
            } else if (!parseField(key, parser) && !parseKey(key, parser)) {
                throw unknownKey(key, parser);
            }
        }
        return this;
    }

    /**
     * Builds the query from what was read, without filter, boost and name.
     *
     * @param defaultField the field to search if none was read, or null
     * @param defaultSource the source if none was read, or null
     */
    EmbeddingQueryBuilder build(String defaultField, QuerySource defaultSource, Supplier<QueryEmbedder> embedder) {
        String searched = field == null ? defaultField : field;
        QuerySource given = source == null ? defaultSource : source;
        if (searched == null) {
            throw new IllegalArgumentException(
                    "[" + queryName + "] expects the name of the field to search in [" + fieldKey + "]");
        }
        if (given == null) {
            throw new IllegalArgumentException("[" + queryName + "] expects one of [text], [code] and [vector]");
        }
        KnnOptions options = new KnnOptions(k, numCandidates, oversample, minSimilarity, exact);
        return new EmbeddingQueryBuilder(searched, given, options, null, embedder);
    }

    ParsingException unknownKey(String key, XContentParser parser) {
        return new ParsingException(parser.getTokenLocation(), "[" + queryName + "] unknown field [" + key + "]");
    }

    private boolean parseField(String key, XContentParser parser) throws IOException {
        if ("field".equals(key)) {
            field = string(key, parser);
            return true;
        }
        return false;
    }

    /** Reads a string; a number or boolean is read as one, as elsewhere in the query DSL. */
    static String string(String key, XContentParser parser) throws IOException {
        if (!parser.currentToken().isValue()) {
            throw new ParsingException(
                    parser.getTokenLocation(), "[" + key + "] expects a string, got " + parser.currentToken());
        }
        return parser.text();
    }

    /** Reads one of the shared keys; returns false, having read nothing, for any other. */
    boolean parseKey(String key, XContentParser parser) throws IOException {
        if (parseVectorKey(key, parser)) {
            vectorKeys = true;
            return true;
        }
        switch (key) {
            case "filter" -> filter = AbstractQueryBuilder.parseInnerQueryBuilder(parser);
            case "boost" -> boost = parser.floatValue();
            case "_name" -> name = string(key, parser);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean parseVectorKey(String key, XContentParser parser) throws IOException {
        switch (key) {
            case "text", "code" -> source(QuerySource.text(InputType.of(key), string(key, parser)), parser);
            case "vector" -> source(QuerySource.vector(vector(parser)), parser);
            case "k" -> k = parser.intValue();
            case "num_candidates" -> numCandidates = parser.intValue();
            case "oversample" -> oversample = parser.floatValue();
            case "min_similarity" -> minSimilarity = parser.floatValue();
            case "exact" -> exact = parser.booleanValue();
            default -> {
                return false;
            }
        }
        return true;
    }

    private float[] vector(XContentParser parser) throws IOException {
        Object value =
                parser.currentToken() == XContentParser.Token.START_ARRAY ? parser.list() : string("vector", parser);
        return VectorValue.of("vector", value);
    }
}
