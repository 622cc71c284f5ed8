/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.index.mapper.MappingLookup;

/**
 * Checks that documents can have the fields that an {@code embedding} field reads. It refuses faults that a change of the
 * mapping adds. A fault that the index has already is accepted, since the index could not be opened otherwise.
 *
 * @param field the full name of the field
 * @param sourceFields as in the mapping
 */
record EmbeddingFieldCheck(String field, List<String> sourceFields) {

    /**
     * Checks a mapping.
     *
     * @param index the index before the change
     * @throws IllegalArgumentException if the mapping has a fault that the index does not have yet
     */
    void check(MappingLookup mappers, IndexMetadata index) {
        MappedNames names = MappedNames.of(mappers);
        Map<String, String> faults = faults(names);
        Set<String> unmapped = SourceFields.unmapped(sourceFields, names);
        unmapped.removeAll(faults.keySet());
        if ((faults.isEmpty() && unmapped.isEmpty()) || isCopy(index)) {
            return;
        }
        if (index.mapping() != null) {
            MappedNames before = MappedNames.in(index.mapping().sourceAsMap());
            if (before.types().containsKey(field)) {
                faults.keySet().removeAll(faults(before).keySet());
                unmapped.removeAll(SourceFields.unmapped(sourceFields, before));
            }
        }
        faults.values().stream().findFirst().ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        unmapped.forEach(this::warn);
    }

    /** Whether the index is shrunk, split or cloned: it gets the mapping of its source after its creation. */
    private static boolean isCopy(IndexMetadata index) {
        return index.mapping() == null && IndexMetadata.INDEX_RESIZE_SOURCE_UUID.exists(index.getSettings());
    }

    /** The faults, by the name of the source field. */
    private Map<String, String> faults(MappedNames names) {
        Map<String, String> faults = new LinkedHashMap<>();
        Set<String> copied = names.copies().get(field);
        if (copied != null) {
            faults.put(
                    field,
                    "[copy_to] of " + List.copyOf(copied) + " copies text to field [" + field + "], which takes"
                            + " vectors. Take [copy_to] out, and name the fields in [source_fields] of [" + field
                            + "]");
        }
        for (String source : sourceFields) {
            SourceFields.obstacle(source, names)
                    .ifPresent(obstacle -> faults.put(
                            source,
                            "field [" + field + "] cannot read [" + source + "] in [source_fields]: " + obstacle));
        }
        return faults;
    }

    private void warn(String source) {
        HeaderWarning.addWarning(
                "field [{}] names [{}] in [source_fields], which matches no mapped field yet: is it spelled as in the"
                        + " documents?",
                field,
                source);
    }
}
