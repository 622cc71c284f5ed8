/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.opensearch.common.regex.Regex;
import org.opensearch.core.common.Strings;

/** {@code source_fields} of a mapping: which paths of a document they are, and whether a document can have them. */
final class SourceFields {

    /** Types whose values a wildcard embeds. */
    private static final Set<String> TEXT_TYPES =
            Set.of("text", "match_only_text", "keyword", "wildcard", "search_as_you_type");

    /** Types whose values are never text, nor numbers that a reader would understand. */
    private static final Set<String> TYPES_WITHOUT_TEXT = Set.of(
            EmbeddingFieldMapper.CONTENT_TYPE,
            "binary",
            "flat_object",
            "knn_vector",
            "percolator",
            "rank_features",
            "sparse_vector");

    /** Names that in a document during ingest, or in an index, are not fields of the user. */
    private static final Set<String> METADATA = Set.of(
            "_source",
            "_id",
            "_index",
            "_type",
            "_routing",
            "_version",
            "_version_type",
            "_if_seq_no",
            "_if_primary_term",
            "_ingest",
            "_field_names",
            "_ignored",
            "_nested_path",
            "_seq_no",
            "_primary_term",
            "_doc_count",
            "_size");

    private SourceFields() {}

    /**
     * Reads the parameter's value: names in a list, or in one string with commas between them.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static List<String> parse(Object value) {
        if (value instanceof List<?> names) {
            for (Object name : names) {
                if (name == null || name instanceof List<?> || name instanceof Map<?, ?>) {
                    throw new IllegalArgumentException("[" + EmbeddingFieldMapper.SOURCE_FIELDS_PARAMETER
                            + "] expects names of fields in one list, such as [\"title\", \"body\"], got " + names);
                }
            }
            return names.stream().map(Object::toString).toList();
        }
        // "title, body" with the blank dropped: no field is named " body".
        return Arrays.stream(Strings.splitStringByCommaToArray(String.valueOf(value)))
                .map(String::trim)
                .toList();
    }

    /** The paths to read in a document: those of aliases' fields, and of the mapped text fields that a wildcard matches. */
    static List<String> resolve(List<String> sources, MappedNames names) {
        return sources.stream()
                .flatMap(source ->
                        Regex.isSimpleMatchPattern(source) ? matching(source, names) : Stream.of(names.resolve(source)))
                .distinct()
                .toList();
    }

    private static Stream<String> matching(String pattern, MappedNames names) {
        Predicate<Map.Entry<String, String>> readable = field -> TEXT_TYPES.contains(field.getValue())
                && Regex.simpleMatch(pattern, field.getKey())
                && !names.copies().containsKey(field.getKey());
        return names.types().entrySet().stream().filter(readable).map(Map.Entry::getKey);
    }

    /** Those of {@code sources} that stand for no field of the mapping, be it a misspelling or a field to come. */
    static Set<String> unmapped(List<String> sources, MappedNames names) {
        Set<String> unmapped = new LinkedHashSet<>(sources);
        unmapped.removeIf(source -> Regex.isSimpleMatchPattern(source)
                ? matching(source, names).findAny().isPresent()
                : names.types().containsKey(names.resolve(source)));
        return unmapped;
    }

    /** Why no document has a text under {@code source} in its {@code _source}, and what to name in its place. */
    static Optional<String> obstacle(String source, MappedNames names) {
        if (Regex.isSimpleMatchPattern(source)) {
            return Optional.empty();
        }
        String path = names.resolve(source);
        String type = names.types().get(path);
        if (METADATA.contains(path) && type == null) {
            return Optional.of("it is no field of documents, but metadata. Name fields with text");
        }
        if (names.multiFields().containsKey(path)) {
            String parent = names.multiFields().get(path);
            return Optional.of(
                    "it is a multi-field of [" + parent + "], which documents do not have. Name [" + parent + "]");
        }
        if (names.copies().containsKey(path)) {
            return Optional.of("it is filled by [copy_to], which documents do not show. Name the fields copied there: "
                    + List.copyOf(names.copies().get(path)));
        }
        if (names.objects().contains(path) && type == null) {
            return Optional.of("it is an object. Name the fields inside it, or [" + path + ".*]");
        }
        if (type != null && (TYPES_WITHOUT_TEXT.contains(type) || type.endsWith("_range"))) {
            return Optional.of("fields of type [" + type + "] hold no text. Name fields with text");
        }
        return Optional.empty();
    }
}
