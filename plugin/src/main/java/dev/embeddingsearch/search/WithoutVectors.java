/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import dev.embeddingsearch.mapper.PendingMark;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.opensearch.search.fetch.subphase.FetchSourceContext;

/** A {@code _source} filter that leaves vectors out, but keeps the marks of pending vectors. */
final class WithoutVectors extends FetchSourceContext {

    private final Set<String> vectors;

    /**
     * @param vectors the full names of the mapping's {@code embedding} fields
     */
    WithoutVectors(Set<String> vectors) {
        super(true, new String[0], vectors.toArray(String[]::new));
        this.vectors = vectors;
    }

    @Override
    public Function<Map<String, ?>, Map<String, Object>> getFilter() {
        return document -> object("", document);
    }

    private Map<String, Object> object(String prefix, Map<?, ?> object) {
        Map<String, Object> kept = new LinkedHashMap<>();
        object.forEach((name, value) -> {
            String path = prefix + name;
            if (!vectors.contains(path) || PendingMark.is(value)) {
                kept.put(name.toString(), leadsToVector(path) ? below(path, value) : value);
            }
        });
        return kept;
    }

    private Object below(String path, Object value) {
        if (value instanceof Map<?, ?> object) {
            return object(path + ".", object);
        }
        if (value instanceof List<?> list) {
            List<Object> kept = new ArrayList<>();
            list.forEach(element -> kept.add(below(path, element)));
            return kept;
        }
        return value;
    }

    private boolean leadsToVector(String path) {
        return vectors.stream().anyMatch(vector -> vector.startsWith(path + "."));
    }
}
