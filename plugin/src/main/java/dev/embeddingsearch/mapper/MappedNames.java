/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.index.mapper.FieldAliasMapper;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MappingLookup;
import org.opensearch.index.mapper.MetadataFieldMapper;
import org.opensearch.index.mapper.ObjectMapper;

/**
 * What each full name in a mapping stands for.
 *
 * @param types type of each field, sorted by name; metadata fields and multi-fields are not among them
 * @param aliases path of each field alias
 * @param multiFields parent of each multi-field
 * @param objects names of objects, nested ones too
 * @param copies names of the fields that {@code copy_to} copies into a name
 */
record MappedNames(
        Map<String, String> types,
        Map<String, String> aliases,
        Map<String, String> multiFields,
        Set<String> objects,
        Map<String, Set<String>> copies) {

    private static final Set<String> OBJECT_TYPES = Set.of(ObjectMapper.CONTENT_TYPE, ObjectMapper.NESTED_CONTENT_TYPE);

    private MappedNames() {
        this(new TreeMap<>(), new HashMap<>(), new HashMap<>(), new HashSet<>(), new HashMap<>());
    }

    /** The names of a mapping that an index has, or is about to get. */
    static MappedNames of(MappingLookup mappers) {
        MappedNames names = new MappedNames();
        names.objects.addAll(mappers.objectMappers().keySet());
        for (Mapper mapper : mappers) {
            if (mapper instanceof FieldAliasMapper alias) {
                names.aliases.put(alias.name(), alias.path());
            } else if (mapper instanceof FieldMapper field && !(mapper instanceof MetadataFieldMapper)) {
                names.types.put(field.name(), field.fieldType().unwrap().typeName());
                field.forEach(inner -> names.multiFields.put(inner.name(), field.name()));
                names.addCopies(
                        field.name(),
                        field.copyTo() == null ? List.of() : field.copyTo().copyToFields());
            }
        }
        names.types.keySet().removeAll(names.multiFields.keySet());
        return names;
    }

    /**
     * The names of a mapping as JSON.
     *
     * @param mapping as in the cluster state or a template, with or without its {@code _doc} level
     */
    static MappedNames in(Map<String, Object> mapping) {
        MappedNames names = new MappedNames();
        names.addProperties(root(mapping), "");
        return names;
    }

    /** The object that holds the {@code properties} of all fields. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> root(Map<String, Object> mapping) {
        return mapping.get(MapperService.SINGLE_MAPPING_NAME) instanceof Map<?, ?> inner
                ? (Map<String, Object>) inner
                : mapping;
    }

    /** Whether a definition in {@code properties} is that of an object, nested or not. */
    static boolean isObject(Object definition) {
        return definition instanceof Map<?, ?> field && OBJECT_TYPES.contains(type(field));
    }

    private static String type(Map<?, ?> field) {
        return XContentMapValues.nodeStringValue(field.get("type"), ObjectMapper.CONTENT_TYPE);
    }

    private void addProperties(Map<?, ?> object, String prefix) {
        if (object.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, definition) -> {
                if (definition instanceof Map<?, ?> field) {
                    addParents(prefix + name);
                    add(prefix + name, field);
                }
            });
        }
    }

    /** A field named {@code a.b} lies in an object {@code a}, whether the mapping says so or not. */
    private void addParents(String path) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            objects.add(path.substring(0, dot));
        }
    }

    private void add(String path, Map<?, ?> field) {
        if (isObject(field)) {
            objects.add(path);
            addProperties(field, path + ".");
            return;
        }
        if (FieldAliasMapper.CONTENT_TYPE.equals(type(field))) {
            aliases.put(path, XContentMapValues.nodeStringValue(field.get("path"), ""));
            return;
        }
        types.put(path, type(field));
        if (field.get("fields") instanceof Map<?, ?> inner) {
            inner.keySet().forEach(name -> multiFields.put(path + "." + name, path));
        }
        Object copyTo = field.get("copy_to");
        addCopies(path, copyTo == null ? List.of() : List.of(XContentMapValues.nodeStringArrayValue(copyTo)));
    }

    private void addCopies(String from, List<String> targets) {
        targets.forEach(target ->
                copies.computeIfAbsent(target, name -> new LinkedHashSet<>()).add(from));
    }

    /** The field that {@code name} is an alias of, or {@code name} itself. */
    String resolve(String name) {
        return aliases.getOrDefault(name, name);
    }
}
