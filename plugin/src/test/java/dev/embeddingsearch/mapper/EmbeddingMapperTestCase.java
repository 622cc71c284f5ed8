/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.Models;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MapperTestCase;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;

/** Field type [embedding] with a model [tiny] of four dimensions and a model [mystery] whose dimensions nobody knows. */
public abstract class EmbeddingMapperTestCase extends MapperTestCase {

    static final float[] VECTOR = {1, 2, 3, 4};

    private static final Models MODELS = new Models(Settings.builder()
            .put("embedding.model.tiny.id", "tiny-1")
            .put("embedding.model.tiny.dimensions", 4)
            .put("embedding.model.mystery.id", "mystery-1")
            .build());

    /** Brings the field type, and nothing else of the plugin. */
    static final class FieldTypes extends Plugin implements MapperPlugin {
        @Override
        public Map<String, Mapper.TypeParser> getMappers() {
            return Map.of(EmbeddingFieldMapper.CONTENT_TYPE, EmbeddingFieldMapper.parser(MODELS, () -> null));
        }
    }

    @Override
    protected Collection<Plugin> getPlugins() {
        return List.of(new FieldTypes());
    }

    @Override
    protected void minimalMapping(XContentBuilder b) throws IOException {
        b.field("type", "embedding").field("model", "tiny");
    }

    @Override
    protected void metaMapping(XContentBuilder b) throws IOException {
        minimalMapping(b);
        b.field("model_id", "tiny-1").field("dimensions", 4);
    }

    @Override
    protected void writeFieldValue(XContentBuilder builder) throws IOException {
        builder.value(VECTOR);
    }

    /** Lucene knows by itself which documents have a vector. */
    @Override
    protected void assertExistsQuery(MappedFieldType fieldType, Query query, ParseContext.Document fields) {
        assertEquals(new FieldExistsQuery("field"), query);
        assertEquals(4, fields.getField("field").fieldType().vectorDimension());
        assertNoFieldNamesField(fields);
    }

    /** A mapper service for an index with field [field] as in {@code json}. */
    MapperService mapped(String json) throws IOException {
        MapperService service = createMapperService(mapping(b -> {}));
        merge("_doc", service, "{\"_doc\":{\"properties\":{\"field\":" + json + "}}}");
        return service;
    }

    static EmbeddingParameters parameters(MapperService service) {
        return ((EmbeddingFieldType) service.fieldType("field")).parameters();
    }

    ParseContext.Document parse(MapperService service, String json) throws IOException {
        return service.documentMapper().parse(source(json)).rootDoc();
    }

    /** The vector that goes into the index, or null. */
    static float[] vector(ParseContext.Document document, String field) {
        IndexableField[] fields = document.getFields(field);
        assertTrue(fields.length + " fields", fields.length < 2);
        return fields.length == 0 ? null : ((KnnFloatVectorField) fields[0]).vectorValue();
    }
}
