/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.io.IOException;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.xcontent.XContentParser;

/** Reads the keys of {@code hybrid_match} that say how its legs are fused. One parser reads one query. */
final class FusionParser {

    private boolean ranks;
    private Float vectorWeight;
    private Integer rankConstant;

    /** Reads one of these keys; returns false, having read nothing, for any other. */
    boolean parseKey(String key, XContentParser parser) throws IOException {
        switch (key) {
            case "fusion" -> ranks = parseFusion(parser);
            case "rank_constant" -> rankConstant = parseConstant(parser);
            case "vector_weight" -> vectorWeight = parseWeight(parser);
            default -> {
                return false;
            }
        }
        return true;
    }

    FusionOptions build() {
        if (!ranks) {
            if (rankConstant != null) {
                throw new IllegalArgumentException("[rank_constant] expects [fusion] to be [" + FusionOptions.RRF
                        + "], got [" + FusionOptions.SCORE + "]");
            }
            return new FusionOptions(
                    vectorWeight == null ? HybridMatchQueryBuilder.DEFAULT_VECTOR_WEIGHT : vectorWeight, null);
        }
        return new FusionOptions(
                vectorWeight == null ? FusionOptions.DEFAULT_RANK_WEIGHT : vectorWeight,
                rankConstant == null ? FusionOptions.DEFAULT_RANK_CONSTANT : rankConstant);
    }

    private static boolean parseFusion(XContentParser parser) throws IOException {
        String fusion = EmbeddingQueryParser.string("fusion", parser);
        return switch (fusion) {
            case FusionOptions.SCORE -> false;
            case FusionOptions.RRF -> true;
            default ->
                throw new ParsingException(
                        parser.getTokenLocation(), "[fusion] expects [score] or [rrf], got [" + fusion + "]");
        };
    }

    private static int parseConstant(XContentParser parser) throws IOException {
        if (parser.currentToken().isValue()) {
            try {
                int constant = Integer.parseInt(parser.text());
                if (constant >= 1) {
                    return constant;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
        }
        throw new ParsingException(
                parser.getTokenLocation(),
                "[rank_constant] expects an integer of at least 1, got [" + given(parser) + "]");
    }

    private static float parseWeight(XContentParser parser) throws IOException {
        try {
            return Float.parseFloat(given(parser).toString());
        } catch (NumberFormatException e) {
            throw new ParsingException(
                    parser.getTokenLocation(),
                    "[vector_weight] expects a number from 0 to 1, got [" + given(parser) + "]",
                    e);
        }
    }

    private static Object given(XContentParser parser) throws IOException {
        return parser.currentToken().isValue() ? parser.text() : parser.currentToken();
    }
}
