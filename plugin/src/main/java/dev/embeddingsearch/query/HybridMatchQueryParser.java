/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import dev.embeddingsearch.model.InputType;
import java.io.IOException;
import java.util.Set;
import java.util.function.Supplier;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.MultiMatchQueryBuilder;
import org.opensearch.index.query.QueryBuilder;

/** Reads a {@code hybrid_match} query in its short form, its long form, or a mixture. One parser reads one query. */
final class HybridMatchQueryParser {

    /** Keys that go to the {@code multi_match} query of the lexical leg as they are. */
    private static final Set<String> LEXICAL_KEYS = Set.of(
            "fields",
            "type",
            "operator",
            "minimum_should_match",
            "analyzer",
            "fuzziness",
            "prefix_length",
            "max_expansions",
            "fuzzy_transpositions",
            "fuzzy_rewrite",
            "tie_breaker",
            "slop",
            "lenient",
            "zero_terms_query",
            "auto_generate_synonyms_phrase_query");

    private final Supplier<QueryEmbedder> embedder;
    private final EmbeddingQueryParser shared =
            new EmbeddingQueryParser(HybridMatchQueryBuilder.NAME, "embedding_field");
    private final FusionParser fusion = new FusionParser();
    private XContentBuilder match;
    private boolean matchOptions;
    private String query;
    private String embeddingField;
    private QueryBuilder lexical;
    private EmbeddingQueryParser embedding;
    private boolean lenient;

    HybridMatchQueryParser(Supplier<QueryEmbedder> embedder) {
        this.embedder = embedder;
    }

    HybridMatchQueryBuilder parse(XContentParser parser) throws IOException {
        match = JsonXContent.contentBuilder().startObject();
        String key = null;
        for (XContentParser.Token token = parser.nextToken();
                token != XContentParser.Token.END_OBJECT;
                token = parser.nextToken()) {
            if (token == XContentParser.Token.FIELD_NAME) {
                key = parser.currentName();
            } else {
                parseKey(key, parser);
            }
        }
        return new HybridMatchQueryBuilder(lexical(parser), embedding(parser), shared.filter(), fusion.build(), lenient)
                .boost(shared.boost())
                .queryName(shared.name());
    }

    private void parseKey(String key, XContentParser parser) throws IOException {
        switch (key) {
            case "query" -> query = EmbeddingQueryParser.string(key, parser);
            case "embedding_field" -> embeddingField = EmbeddingQueryParser.string(key, parser);
            case "lexical" -> lexical = AbstractQueryBuilder.parseInnerQueryBuilder(parser);
            case "embedding" ->
                embedding = new EmbeddingQueryParser(HybridMatchQueryBuilder.NAME + ".embedding", "embedding_field")
                        .read(parser);
            case "on_embedding_failure" -> lenient = parseOnFailure(parser);
            default -> {
                if (LEXICAL_KEYS.contains(key)) {
                    matchOptions = true;
                    match.field(key).copyCurrentStructure(parser);
                } else if (!fusion.parseKey(key, parser) && !shared.parseKey(key, parser)) {
                    throw shared.unknownKey(key, parser);
                }
            }
        }
    }

    private static boolean parseOnFailure(XContentParser parser) throws IOException {
        String policy = EmbeddingQueryParser.string("on_embedding_failure", parser);
        return switch (policy) {
            case "fail" -> false;
            case "lexical" -> true;
            default ->
                throw new ParsingException(
                        parser.getTokenLocation(),
                        "[on_embedding_failure] expects [fail] or [lexical], got [" + policy + "]");
        };
    }

    private QueryBuilder lexical(XContentParser parser) throws IOException {
        if (lexical != null) {
            if (matchOptions) {
                throw malformed(parser, "expects either [lexical] or [fields] with their options, got both");
            }
            return lexical;
        }
        String words = query == null ? shared.text() : query;
        if (words == null) {
            throw malformed(parser, "expects [query], [text] or [code], or both [lexical] and [embedding]");
        }
        match.field("query", words).endObject();
        try (XContentParser options = JsonXContent.jsonXContent.createParser(
                parser.getXContentRegistry(),
                parser.getDeprecationHandler(),
                BytesReference.bytes(match).streamInput())) {
            options.nextToken();
            return MultiMatchQueryBuilder.fromXContent(options);
        }
    }

    private EmbeddingQueryBuilder embedding(XContentParser parser) {
        QuerySource text = query == null ? null : QuerySource.text(InputType.TEXT, query);
        if (embedding == null) {
            return shared.build(embeddingField, text, embedder);
        }
        if (shared.hasVectorKeys()) {
            throw malformed(
                    parser, "expects what concerns the vectors either inside [embedding] or beside it, got both");
        }
        return embedding
                .build(embeddingField, text, embedder)
                .filter(embedding.filter())
                .boost(embedding.boost())
                .queryName(embedding.name());
    }

    private static ParsingException malformed(XContentParser parser, String what) {
        return new ParsingException(parser.getTokenLocation(), "[" + HybridMatchQueryBuilder.NAME + "] " + what);
    }
}
