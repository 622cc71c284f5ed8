/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.search;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.opensearch.common.xcontent.support.XContentMapValues;
import org.opensearch.search.fetch.subphase.FetchSourceContext;
import org.opensearch.search.internal.SearchContext;

/** Which vectors nobody reads in the documents that a search fetches, since its {@code _source} filter removes them. */
final class UnreadInHits {

    private UnreadInHits() {}

    /**
     * Those of the fields that are removed from every hit; none where something else may read the document.
     *
     * @param fields full names
     */
    static Set<String> of(SearchContext context, Set<String> fields) {
        if (!context.sourceRequested() || readsDocuments(context)) {
            return Set.of();
        }
        return removed(fields, context.fetchSourceContext());
    }

    /** The fields that a filter removes. */
    static Set<String> removed(Set<String> fields, FetchSourceContext source) {
        return fields.stream()
                .filter(field ->
                        XContentMapValues.extractValue(field, source.getFilter().apply(document(field))) == null)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Scripts may be anywhere in a query that is executed again for a hit, to explain it or to name what matched. */
    private static boolean readsDocuments(SearchContext context) {
        return context.hasScriptFields()
                || context.fetchFieldsContext() != null
                || context.docValuesContext() != null
                || context.highlight() != null
                || context.explain()
                || !context.innerHits().getInnerHits().isEmpty()
                || !context.parsedQuery().namedFilters().isEmpty();
    }

    /** A document that has nothing but a value in this field. */
    private static Map<String, Object> document(String field) {
        Object value = true;
        String path = field;
        for (int dot = path.lastIndexOf('.'); dot >= 0; dot = path.lastIndexOf('.')) {
            value = new HashMap<>(Map.of(path.substring(dot + 1), value));
            path = path.substring(0, dot);
        }
        return new HashMap<>(Map.of(path, value));
    }
}
