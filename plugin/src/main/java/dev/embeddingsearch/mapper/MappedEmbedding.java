/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import dev.embeddingsearch.model.Models;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.opensearch.common.xcontent.support.XContentMapValues;

/**
 * An {@code embedding} field as the mapping of an index describes it, for ingest and the coordinating node, which have the
 * mapping but no shard of the index.
 *
 * @param path full name of the field
 * @param nested whether the field belongs to nested documents
 * @param model in a template, its id may be null and its dimensions 0: the index that is created fixes them
 * @param inSource whether stored documents keep the vector in their {@code _source}
 * @param sourceFields paths whose texts are embedded, wildcards and aliases resolved; possibly none
 * @param onFailure what becomes of documents that cannot be embedded now
 */
public record MappedEmbedding(
        String path,
        boolean nested,
        FieldModel model,
        boolean inSource,
        List<String> sourceFields,
        OnFailure onFailure) {

    /**
     * Finds the {@code embedding} fields of a mapping.
     *
     * @param mapping a mapping as in the cluster state or a template, with or without its {@code _doc} level
     */
    public static List<MappedEmbedding> in(Map<String, Object> mapping) {
        Map<String, Object> root = MappedNames.root(mapping);
        List<MappedEmbedding> found = new ArrayList<>();
        new Walk(MappedNames.in(root), keptInSource(root.get("_source")), found).into(root, "", false);
        return List.copyOf(found);
    }

    /** The paths that field aliases of a mapping lead to, whatever is there, by the path of the alias. */
    static Map<String, String> aliasesIn(Map<String, Object> mapping) {
        Map<String, String> aliases = new HashMap<>();
        addAliases(MappedNames.root(mapping), "", aliases);
        return Map.copyOf(aliases);
    }

    private static void addAliases(Map<?, ?> object, String prefix, Map<String, String> aliases) {
        if (object.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, definition) -> {
                if (definition instanceof Map<?, ?> field) {
                    if ("alias".equals(field.get("type")) && field.get("path") != null) {
                        aliases.put(prefix + name, field.get("path").toString());
                    }
                    addAliases(field, prefix + name + ".", aliases);
                }
            });
        }
    }

    /** Which paths the mapping's {@code _source} keeps. */
    private static Predicate<String> keptInSource(Object source) {
        if (source instanceof Map<?, ?> settings) {
            String[] includes = patterns(settings.get("includes"));
            String[] excludes = patterns(settings.get("excludes"));
            return path -> {
                Map<String, Object> kept = XContentMapValues.filter(document(path), includes, excludes);
                return XContentMapValues.extractValue(path, kept) != null;
            };
        }
        return path -> true;
    }

    /** A document with something at {@code path}. */
    private static Map<String, Object> document(String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? Map.of(path, true) : Map.of(path.substring(0, dot), document(path.substring(dot + 1)));
    }

    private static String[] patterns(Object value) {
        return value == null ? new String[0] : XContentMapValues.nodeStringArrayValue(value);
    }

    /** Goes through a mapping's objects. */
    private record Walk(MappedNames names, Predicate<String> keptInSource, List<MappedEmbedding> found) {

        void into(Map<?, ?> object, String prefix, boolean nested) {
            if (object.get("properties") instanceof Map<?, ?> properties) {
                properties.forEach((name, definition) -> {
                    if (definition instanceof Map<?, ?> field) {
                        visit(prefix + name, field, nested);
                    }
                });
            }
        }

        private void visit(String path, Map<?, ?> field, boolean nested) {
            Object type = field.get("type");
            if (EmbeddingFieldMapper.CONTENT_TYPE.equals(type)) {
                found.add(of(path, nested, keptInSource.test(path), field, names));
            } else {
                into(field, path + ".", nested || "nested".equals(type));
            }
        }
    }

    private static MappedEmbedding of(
            String path, boolean nested, boolean inSource, Map<?, ?> field, MappedNames names) {
        Object onFailure = field.get(EmbeddingFieldMapper.ON_FAILURE_PARAMETER);
        Object inputType = field.get(EmbeddingFieldMapper.INPUT_TYPE_PARAMETER);
        return new MappedEmbedding(
                path,
                nested,
                new FieldModel(
                        XContentMapValues.nodeStringValue(
                                field.get(EmbeddingFieldMapper.MODEL_PARAMETER), Models.DEFAULT),
                        XContentMapValues.nodeStringValue(field.get(EmbeddingFieldMapper.MODEL_ID_PARAMETER), null),
                        XContentMapValues.nodeIntegerValue(field.get(EmbeddingFieldMapper.DIMENSIONS_PARAMETER), 0),
                        inputType == null ? InputType.TEXT : InputType.of(inputType.toString())),
                inSource,
                sources(field.get(EmbeddingFieldMapper.SOURCE_FIELDS_PARAMETER), names),
                onFailure == null ? OnFailure.FAIL : OnFailure.of(onFailure.toString()));
    }

    /** None where it is no list of names, as a template of version 0.1.0 may say: no index can be made of it. */
    private static List<String> sources(Object value, MappedNames names) {
        try {
            return value == null ? List.of() : SourceFields.resolve(SourceFields.parse(value), names);
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }
}
