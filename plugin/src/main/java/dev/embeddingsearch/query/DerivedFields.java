/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.query;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.DerivedField;
import org.opensearch.search.builder.SearchSourceBuilder;

/** Copies the derived fields of a search request into another one. */
final class DerivedFields {

    private DerivedFields() {}

    /** A search with the derived fields of {@code outer}, and nothing else of it. */
    static SearchSourceBuilder of(SearchSourceBuilder outer) {
        SearchSourceBuilder source = new SearchSourceBuilder();
        if (outer.getDerivedFieldsObject() != null) {
            parse(outer, source);
        }
        if (outer.getDerivedFields() != null) {
            outer.getDerivedFields().forEach(field -> add(field, source));
        }
        return source;
    }

    /** {@code SearchSourceBuilder} sets fields that are defined as an object only while it parses a body. */
    private static void parse(SearchSourceBuilder outer, SearchSourceBuilder source) {
        try (XContentBuilder body = JsonXContent.contentBuilder()) {
            body.startObject()
                    .field(SearchSourceBuilder.DERIVED_FIELDS_FIELD.getPreferredName(), outer.getDerivedFieldsObject())
                    .endObject();
            try (XContentParser parser = JsonXContent.jsonXContent.createParser(
                    NamedXContentRegistry.EMPTY,
                    DeprecationHandler.IGNORE_DEPRECATIONS,
                    BytesReference.bytes(body).streamInput())) {
                source.parseXContent(parser);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(DerivedField field, SearchSourceBuilder source) {
        source.derivedField(
                field.getName(),
                field.getType(),
                field.getScript(),
                field.getProperties(),
                field.getPrefilterField(),
                field.getFormat(),
                field.getIgnoreMalformed());
    }
}
