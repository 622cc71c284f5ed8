/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.mapper;

import dev.embeddingsearch.model.InputType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.opensearch.common.xcontent.support.XContentMapValues;

/**
 * What an {@code embedding} field holds, in place of its vector, in a document that was indexed without it: an object
 * with the reason and, where no mapping says so, with what is to be embedded. The reason is searched as a keyword.
 *
 * @param reason why there is no vector yet; no words of a document
 * @param text what to embed, or null where the field's {@code source_fields} say it
 */
public record PendingMark(String reason, Text text) {

    /** Key of the reason, and name of the field that it is searched by, below the {@code embedding} field. */
    public static final String REASON = "_embedding_pending";

    private static final int MAX_REASON = 1000;

    /**
     * What to embed, and how.
     *
     * @param sourceFields paths whose texts are joined
     * @param model name of the model
     */
    public record Text(List<String> sourceFields, String model, InputType inputType) {}

    /** Whether a field's value in a document's source stands for a vector that is still to come. */
    public static boolean is(Object value) {
        return value instanceof Map<?, ?> object && object.containsKey(REASON);
    }

    /**
     * Reads the object of a document's source.
     *
     * @param field name of the {@code embedding} field
     * @throws IllegalArgumentException if it is no mark
     */
    public static PendingMark of(String field, Map<?, ?> value) {
        Map<Object, Object> rest = new LinkedHashMap<>(value);
        Object reason = rest.remove(REASON);
        Object sources = rest.remove(EmbeddingFieldMapper.SOURCE_FIELDS_PARAMETER);
        Object model = rest.remove(EmbeddingFieldMapper.MODEL_PARAMETER);
        Object inputType = rest.remove(EmbeddingFieldMapper.INPUT_TYPE_PARAMETER);
        boolean described = sources != null && model != null && inputType != null;
        boolean plain = sources == null && model == null && inputType == null;
        if (!rest.isEmpty() || !(described || plain)) {
            throw unexpected(field);
        }
        if (!(reason instanceof String) || reason.toString().length() > MAX_REASON) {
            throw unexpected(field);
        }
        return new PendingMark(reason.toString(), plain ? null : text(sources, model, inputType));
    }

    private static Text text(Object sources, Object model, Object inputType) {
        return new Text(
                List.of(XContentMapValues.nodeStringArrayValue(sources)),
                model.toString(),
                InputType.of(inputType.toString()));
    }

    private static IllegalArgumentException unexpected(String field) {
        return new IllegalArgumentException("field [" + field
                + "] expects an array of numbers or base64 of little-endian float32, got START_OBJECT that is no mark of"
                + " a missing vector");
    }

    /** The object as it stands in a document's source. */
    public Map<String, Object> value() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put(REASON, reason);
        if (text != null) {
            value.put(EmbeddingFieldMapper.SOURCE_FIELDS_PARAMETER, text.sourceFields());
            value.put(EmbeddingFieldMapper.MODEL_PARAMETER, text.model());
            value.put(
                    EmbeddingFieldMapper.INPUT_TYPE_PARAMETER, text.inputType().toString());
        }
        return value;
    }
}
