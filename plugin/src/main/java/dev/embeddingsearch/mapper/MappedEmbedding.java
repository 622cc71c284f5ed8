/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.index.mapper.MapperService;

/**
 * An {@code embedding} field as an index's mapping describes it, for those who have the mapping but not the index: ingest
 * and the coordinating node.
 *
 * @param path full name of the field
 * @param nested whether the field belongs to nested documents
 * @param model name of its model
 * @param modelId id of its model, or null in a template, where it is not fixed yet
 * @param dimensions length of its vectors, or 0 in a template that leaves them to the model
 * @param inputType whether the embedded texts are code
 * @param sourceFields paths whose texts are embedded, possibly none
 */
public record MappedEmbedding(
        String path,
        boolean nested,
        String model,
        String modelId,
        int dimensions,
        InputType inputType,
        List<String> sourceFields) {

    /**
     * Finds the {@code embedding} fields of a mapping.
     *
     * @param mapping a mapping as in the cluster state or a template, with or without its {@code _doc} level
     */
    @SuppressWarnings("unchecked")
    public static List<MappedEmbedding> in(Map<String, Object> mapping) {
        Map<String, Object> root = mapping.get(MapperService.SINGLE_MAPPING_NAME) instanceof Map<?, ?> inner
                ? (Map<String, Object>) inner
                : mapping;
        List<MappedEmbedding> found = new ArrayList<>();
        collect(root, "", false, found);
        return List.copyOf(found);
    }

    private static void collect(Map<?, ?> object, String prefix, boolean nested, List<MappedEmbedding> found) {
        if (object.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, definition) -> {
                if (definition instanceof Map<?, ?> field) {
                    visit(prefix + name, field, nested, found);
                }
            });
        }
    }

    private static void visit(String path, Map<?, ?> field, boolean nested, List<MappedEmbedding> found) {
        Object type = field.get("type");
        if (EmbeddingFieldMapper.CONTENT_TYPE.equals(type)) {
            found.add(of(path, nested, field));
        } else {
            collect(field, path + ".", nested || "nested".equals(type), found);
        }
    }

    private static MappedEmbedding of(String path, boolean nested, Map<?, ?> field) {
        Object sources = field.get(EmbeddingFieldMapper.SOURCE_FIELDS_PARAMETER);
        Object inputType = field.get(EmbeddingFieldMapper.INPUT_TYPE_PARAMETER);
        return new MappedEmbedding(
                path,
                nested,
                XContentMapValues.nodeStringValue(field.get(EmbeddingFieldMapper.MODEL_PARAMETER), Models.DEFAULT),
                XContentMapValues.nodeStringValue(field.get(EmbeddingFieldMapper.MODEL_ID_PARAMETER), null),
                XContentMapValues.nodeIntegerValue(field.get(EmbeddingFieldMapper.DIMENSIONS_PARAMETER), 0),
                inputType == null ? InputType.TEXT : InputType.of(inputType.toString()),
                sources == null ? List.of() : List.of(XContentMapValues.nodeStringArrayValue(sources)));
    }
}
