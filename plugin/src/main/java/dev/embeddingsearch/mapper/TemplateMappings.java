/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.opensearch.Version;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexTemplateMetadata;
import org.opensearch.cluster.metadata.MetadataIndexTemplateService;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.index.mapper.MapperService;

/**
 * The mapping that an index or data stream about to be created gets from its templates, merged in the order and by the
 * rules of OpenSearch's {@code MetadataCreateIndexService}: a composable template and its components, or else all legacy
 * ones. A field that two of them define has the definition of the stronger one, and nothing of the other. But legacy ones of
 * OpenSearch 3.8 and later are merged parameter by parameter, lists included.
 */
final class TemplateMappings {

    private static final String PROPERTIES = "properties";
    private static final String DISABLE_OBJECTS = "disable_objects";
    private static final Version MERGES_PARAMETERS = Version.fromString("3.8.0");

    private TemplateMappings() {}

    /** The mapping of an index to be named {@code index}, without its {@code _doc} level; empty without templates. */
    static Map<String, Object> of(ClusterState state, String index) {
        try {
            String composable = MetadataIndexTemplateService.findV2Template(state.metadata(), index, false);
            return composable == null ? legacy(state, index) : composable(state, composable, index);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot read the templates of index [" + index + "]", e);
        }
    }

    /** Components first, the template itself last; each is stronger than those before. */
    private static Map<String, Object> composable(ClusterState state, String template, String index) throws Exception {
        List<Map<String, Object>> mappings = new ArrayList<>();
        for (CompressedXContent mapping : MetadataIndexTemplateService.collectMappings(state, template, index)) {
            mappings.add(parse(mapping));
        }
        // OpenSearch lets the strongest word on it hold for all of them.
        boolean objects = mappings.stream()
                .map(mapping -> mapping.get(DISABLE_OBJECTS))
                .filter(Objects::nonNull)
                .reduce((weaker, stronger) -> stronger)
                .map(disabled -> !XContentMapValues.nodeBooleanValue(disabled))
                .orElse(true);
        Map<String, Object> merged = new LinkedHashMap<>();
        mappings.forEach(mapping -> override(merged, objects ? expanded(mapping) : mapping));
        return merged;
    }

    /** Puts {@code stronger} over {@code weaker}, objects field by field. */
    private static void override(Map<String, Object> weaker, Map<String, Object> stronger) {
        stronger.forEach((name, value) -> {
            if (PROPERTIES.equals(name) && value instanceof Map<?, ?> fields) {
                Map<String, Object> into = copy(weaker.get(PROPERTIES));
                fields.forEach((field, definition) -> overrideField(into, field.toString(), definition));
                weaker.put(PROPERTIES, into);
            } else {
                weaker.put(name, value);
            }
        });
    }

    private static void overrideField(Map<String, Object> fields, String name, Object definition) {
        if (MappedNames.isObject(fields.get(name)) && MappedNames.isObject(definition)) {
            Map<String, Object> object = copy(fields.get(name));
            override(object, copy(definition));
            fields.put(name, object);
        } else {
            fields.put(name, definition);
        }
    }

    /** The mapping with a field named {@code a.b} as field {@code b} of object {@code a}, where it has objects. */
    private static Map<String, Object> expanded(Map<String, Object> mapping) {
        boolean flat = XContentMapValues.nodeBooleanValue(mapping.get(DISABLE_OBJECTS), false);
        if (flat || !(mapping.get(PROPERTIES) instanceof Map<?, ?> fields)) {
            return mapping;
        }
        Map<String, Object> objects = new LinkedHashMap<>();
        fields.forEach((name, definition) -> {
            Object field = MappedNames.isObject(definition) ? expanded(copy(definition)) : definition;
            String rest = name.toString();
            for (int dot = rest.lastIndexOf('.'); dot > 0; dot = rest.lastIndexOf('.')) {
                field = Map.of(PROPERTIES, Map.of(rest.substring(dot + 1), field));
                rest = rest.substring(0, dot);
            }
            overrideField(objects, rest, field);
        });
        Map<String, Object> expanded = copy(mapping);
        expanded.put(PROPERTIES, objects);
        return expanded;
    }

    /** Strongest first, by the rules of the cluster manager, which creates the index. */
    private static Map<String, Object> legacy(ClusterState state, String index) throws IOException {
        DiscoveryNode manager = state.nodes().getClusterManagerNode();
        boolean parameters = (manager == null ? Version.CURRENT : manager.getVersion()).onOrAfter(MERGES_PARAMETERS);
        Map<String, Object> merged = new LinkedHashMap<>();
        for (IndexTemplateMetadata template :
                MetadataIndexTemplateService.findV1Templates(state.metadata(), index, null)) {
            if (template.mappings() == null) {
                continue;
            }
            Map<String, Object> weaker = parse(template.mappings());
            if (parameters) {
                XContentHelper.mergeDefaults(merged, weaker);
            } else {
                complete(merged, weaker);
            }
        }
        return merged;
    }

    /** A name under {@code properties} is all of the first template that has it. */
    private static void complete(Map<String, Object> stronger, Map<String, Object> weaker) {
        weaker.forEach((name, value) -> {
            Object present = stronger.putIfAbsent(name, value);
            if (present instanceof Map<?, ?> && value instanceof Map<?, ?>) {
                Map<String, Object> completed = copy(value);
                completed.putAll(copy(present));
                stronger.put(name, completed);
            }
        });
    }

    private static Map<String, Object> parse(CompressedXContent mapping) throws IOException {
        return MappedNames.root(MapperService.parseMapping(NamedXContentRegistry.EMPTY, mapping.string()));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> copy(Object map) {
        return map == null ? new LinkedHashMap<>() : new LinkedHashMap<>((Map<String, Object>) map);
    }
}
