/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.model.EmbeddingModel;
import dev.embeddingsearch.model.Models;
import dev.embeddingsearch.model.RequestFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings of a model that this node uses. */
final class ModelDescription {

    private ModelDescription() {}

    /** Describes a model, or the reason why its settings are invalid. */
    static Map<String, Object> of(Models models, String name) {
        Map<String, Object> words = new LinkedHashMap<>();
        try {
            describe(models.get(name), words);
        } catch (IllegalArgumentException e) {
            words.put("error", Reason.of(e).toMap());
        }
        words.put("api_key", models.apiKey(name).isPresent() ? "set" : "missing");
        return words;
    }

    private static void describe(EmbeddingModel model, Map<String, Object> words) {
        words.put("url", model.url());
        words.put("id", model.id());
        words.put("query_id", model.queryId());
        words.put("dimensions", model.dimensions());
        words.put("document_prefix", model.prefixes().document());
        words.put("query_prefix", model.prefixes().query());
        words.put("provider", model.endpoint().provider().toString());
        words.put("api_version", model.endpoint().apiVersion());
        describe(model.endpoint().format(), words);
        words.putAll(model.limits().byName());
        words.put("price_per_million_tokens", model.pricePerMillionTokens());
    }

    /** Parameters for both sides are listed under each side. */
    private static void describe(RequestFormat format, Map<String, Object> words) {
        words.put("send_dimensions", format.dimensions().toString());
        words.put("encoding_format", format.floats() ? "float" : "base64");
        words.put("document_parameters", format.documentParameters());
        words.put("query_parameters", format.queryParameters());
    }
}
